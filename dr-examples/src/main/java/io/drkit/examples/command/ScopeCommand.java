package io.drkit.examples.command;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keyspace.ScopeDecision;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drkit scope}: which keys are mirrored. */
@Command(
        name = "scope",
        description = "Which keys are mirrored.",
        subcommands = {ScopeCommand.Explain.class})
public final class ScopeCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Command(
            name = "explain",
            description =
                    "Whether a key is mirrored, and why. Some of that depends on the value, which is read where --at says.")
    static final class Explain extends SiteCommand.OfScope {

        @Parameters(paramLabel = "KEY", description = "All of it: /registry/configmaps/team-1/settings")
        private String key = "";

        @Override
        protected int run(MirrorScope scope, @Nullable KeyStore store) {
            Bytes bytes = Bytes.utf8(key);
            KeyValue entry = store == null ? null : store.read(List.of(bytes)).get(bytes);
            ScopeDecision decision = entry == null ? scope.explain(bytes) : scope.explain(entry);
            Result result = Result.of(scope, bytes, decision, store == null ? null : entry != null);
            output().result(result, out -> print(result, decision, store, out));
            return ExitCodes.DONE;
        }

        private static void print(Result result, ScopeDecision decision, @Nullable KeyStore store, PrintWriter out) {
            out.println(result.key + " is " + said(decision) + " in scope " + result.scope + ".");
            out.println(decision.reason());
            if (result.keyClass != null) {
                out.println("Class: " + result.keyClass);
            }
            if (store != null && Boolean.FALSE.equals(result.found)) {
                out.println("There is no such key at " + store.name() + ".");
            }
        }

        private static String said(ScopeDecision decision) {
            return switch (decision.verdict()) {
                case MIRRORED -> "mirrored";
                case EXCLUDED -> "not mirrored";
                case DEPENDS_ON_VALUE -> "mirrored or not, as its value has it,";
                case UNREADABLE -> "withheld";
            };
        }
    }

    /**
     * The JSON form.
     *
     * @param found whether the site has the key; null where none was asked
     */
    private record Result(
            String key,
            String scope,
            String verdict,
            @Nullable String keyClass,
            String reason,
            @Nullable Boolean found) {

        static Result of(MirrorScope scope, Bytes key, ScopeDecision decision, @Nullable Boolean found) {
            return new Result(
                    key.printable(),
                    scope.name(),
                    Output.lower(decision.verdict()),
                    decision.keyClass() == null ? null : Output.lower(decision.keyClass()),
                    decision.reason(),
                    found);
        }
    }
}
