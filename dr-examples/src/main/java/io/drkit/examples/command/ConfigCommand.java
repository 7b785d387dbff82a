package io.drkit.examples.command;

import io.drkit.examples.cli.ConfigCheck;
import io.drkit.examples.cli.ConfigCheck.Mistake;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.FileCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit config}: what a drkit.yaml can say, and whether one says it right. */
@Command(
        name = "config",
        description = "What a drkit.yaml can say, and every mistake of one at once.",
        subcommands = {ConfigCommand.Check.class, ConfigCommand.Example.class, ConfigCommand.Schema.class})
public final class ConfigCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    /** {@code drkit config check}. */
    @Command(
            name = "check",
            description = "Finds every mistake of a configuration at once, with its line. Connects to nothing."
                    + " Exit code 2: there are some.")
    static final class Check extends FileCommand {

        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The drkit.yaml.")
        private Path config = Path.of("drkit.yaml");

        @Override
        protected int run() {
            List<Mistake> mistakes = ConfigCheck.of(config, System::getenv);
            output().result(Map.of("file", config.toString(), "mistakes", mistakes), out -> {
                mistakes.forEach(mistake -> out.println(config + ", " + mistake));
                out.println(mistakes.isEmpty() ? config + " is in order." : "Mistakes: " + mistakes.size());
            });
            return mistakes.isEmpty() ? ExitCodes.DONE : ExitCodes.USAGE;
        }
    }

    /** {@code drkit config example}. */
    @Command(name = "example", description = "Prints a commented example of everything that a drkit.yaml can say.")
    static final class Example extends FileCommand {

        @Override
        protected int run() {
            String yaml = ConfigCheck.resource(ConfigCheck.EXAMPLE);
            output().result(Map.of("yaml", yaml), out -> out.print(yaml));
            return ExitCodes.DONE;
        }
    }

    /** {@code drkit config schema}. */
    @Command(name = "schema", description = "Prints the JSON Schema of a drkit.yaml, for editors and other programs.")
    static final class Schema extends FileCommand {

        @Override
        protected int run() {
            String schema = ConfigCheck.resource(ConfigCheck.SCHEMA);
            output().result(tree(schema), out -> out.print(schema));
            return ExitCodes.DONE;
        }
    }
}
