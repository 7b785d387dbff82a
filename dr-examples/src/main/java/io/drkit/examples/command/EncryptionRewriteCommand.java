package io.drkit.examples.command;

import io.drkit.encryption.EncryptionRewriter;
import io.drkit.encryption.RewriteReport;
import io.drkit.encryption.ValueTransformer;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MeteredKeyStore;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit encryption rewrite}: everything under the key that writes. */
@Command(
        name = "rewrite",
        description =
                "Re-encrypts every stored value that is not under the configuration's write key. Run it when every"
                        + " kube-apiserver of the site has the configuration; stopped, it goes on when run again.")
final class EncryptionRewriteCommand extends SiteCommand.OfEncryption {

    @Option(names = "--dry-run", description = "Count what would be rewritten, and write nothing.")
    private boolean dryRun;

    @Override
    protected int run(KeyStore store, ValueTransformer transformer) {
        RewriteReport report;
        try (Progress progress = progress()) {
            EncryptionRewriter rewriter = new EncryptionRewriter(
                    new MeteredKeyStore(store, dryRun ? "reading" : "rewriting", progress), transformer);
            report = dryRun ? rewriter.dryRun() : rewriter.rewrite();
        }
        output().result(Result.of(report, dryRun), out -> print(report, out));
        return report.isComplete() ? ExitCodes.DONE : ExitCodes.WANTING;
    }

    private void print(RewriteReport report, PrintWriter out) {
        out.println((dryRun ? "Values to be rewritten: " : "Values rewritten: ") + report.rewritten());
        out.println("Values under the key that writes: " + report.current());
        left("no key of the configuration reads them", report.unreadable(), out);
        left("only a KMS plugin can rewrite them; have kube-apiserver write them anew", report.needsPlugin(), out);
        left("a lease holds them; they vanish, or are written anew, by themselves", report.leased(), out);
        left("they changed all the time, or are too large; try again", report.contended(), out);
        report.left().forEach(key -> out.println("  " + key.printable()));
    }

    private static void left(String reason, long count, PrintWriter out) {
        if (count > 0) {
            out.println("Values left, for " + reason + ": " + count);
        }
    }

    /** The JSON form. */
    private record Result(
            boolean dryRun,
            boolean complete,
            long rewritten,
            long current,
            long unreadable,
            long needsPlugin,
            long leased,
            long contended,
            List<String> left,
            long revision) {

        static Result of(RewriteReport report, boolean dryRun) {
            return new Result(
                    dryRun,
                    report.isComplete(),
                    report.rewritten(),
                    report.current(),
                    report.unreadable(),
                    report.needsPlugin(),
                    report.leased(),
                    report.contended(),
                    report.left().stream().map(Bytes::printable).toList(),
                    report.revision());
        }
    }
}
