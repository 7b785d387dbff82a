package io.drkit.node;

import io.drkit.keystore.Bytes;

/**
 * How a command ended on a node.
 *
 * @param exitCode what it returned; when a signal ended it, 128 and the signal's number, as shells have it
 * @param out what it wrote to its standard output, up to {@link NodeCommand#outputLimit}
 * @param err what it wrote to its standard error, up to the same limit
 * @param truncated whether there was more of either than is kept
 */
public record CommandResult(int exitCode, Bytes out, Bytes err, boolean truncated) {

    /** Whether it returned 0. */
    public boolean succeeded() {
        return exitCode == 0;
    }

    /** Its standard output as text, without white space at the end. */
    public String outText() {
        return out.utf8().stripTrailing();
    }

    /** Its standard error as text, without white space at the end. */
    public String errText() {
        return err.utf8().stripTrailing();
    }
}
