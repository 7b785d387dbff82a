package io.drkit.examples.cli;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import picocli.CommandLine.ParameterException;

/** What the process's exit code says, so that scripts can decide without reading text. */
public final class ExitCodes {

    /** Done, or consistent. */
    public static final int DONE = 0;
    /** An unexpected failure. */
    public static final int FAILED = 1;
    /** Wrong usage, or bad configuration. */
    public static final int USAGE = 2;
    /** Checked and found wanting: diverged, not ready. */
    public static final int WANTING = 3;
    /** A site could not be reached, or it could not be told. */
    public static final int UNREACHABLE = 4;
    /** Refused, for going on would be unsafe. */
    public static final int REFUSED = 5;

    private ExitCodes() {}

    /** What a failure ends a command with. */
    public static int of(Throwable failure) {
        if (failure instanceof ParameterException || failure instanceof IllegalArgumentException) {
            return USAGE;
        }
        if (failure instanceof SiteUnreachableException || failure instanceof OutcomeUnknownException) {
            return UNREACHABLE;
        }
        return failure instanceof UnsafeToProceedException ? REFUSED : FAILED;
    }
}
