package io.drkit.examples.bench;

import io.drkit.examples.cli.Errors;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Logs;
import io.drkit.examples.cli.StopSignal;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code script/bench}: a program for who works on DrKit, so no part of the {@code drkit} command line. */
@Command(
        name = "script/bench",
        description =
                "Measures mirror, check and failover on real servers on this machine, beside etcd's make-mirror and beside raw limits."
                        + " Prints medians, and how they compare. What is measured depends on the machine, so a missed bound is"
                        + " said, and is no failure.")
public final class BenchCommand implements Callable<Integer> {

    private static final List<BenchCase> CASES = List.of(
            new StartCase(),
            new BaseCopyCase(),
            new SeedingCase(),
            new OwnershipCase(),
            new CheckCase(),
            new GrowthCase(),
            new MillionCase(),
            new StreamingCase(),
            new LagCase(),
            RunbookCase.killed(),
            RunbookCase.cutOff());

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Option(names = "--quick", description = "Small and once only: to see that it works, within a minute.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Write every sample there, as JSON.")
    private @Nullable Path json;

    @Option(names = "--verbose", description = "Debug logs, and stack traces with errors.")
    private boolean verbose;

    @Parameters(
            paramLabel = "CASE",
            arity = "0..*",
            description = "What to measure: ${COMPLETION-CANDIDATES}. Default: all.",
            completionCandidates = CaseNames.class)
    private List<String> names = new ArrayList<>();

    @Spec
    private @Nullable CommandSpec spec;

    static final class CaseNames extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        CaseNames() {
            super(CASES.stream().map(BenchCase::name).toList());
        }
    }

    /** Runs it in this process's place and exits with its code. */
    public static void main(String[] arguments) {
        StopSignal signal = StopSignal.interrupting(Thread.currentThread());
        int code = commandLine().execute(arguments);
        signal.ended(code);
        System.exit(code);
    }

    static CommandLine commandLine() {
        Errors errors = new Errors();
        return new CommandLine(new BenchCommand())
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors);
    }

    @Override
    public Integer call() throws Exception {
        Logs.configure(verbose);
        CommandLine command =
                Objects.requireNonNull(spec, "A command is run by picocli.").commandLine();
        Path file = json;
        if (file != null && !isWritable(file)) {
            throw new ParameterException(command, "The report cannot be written to " + file + ".");
        }
        List<BenchCase> cases = cases(command);
        PrintWriter out = command.getOut();
        Table table = new Table(out);
        Report report = new Report(quick);
        out.println(report.machine() + (quick ? "; quick, so the figures mean little" : ""));
        out.println(
                "Figures are medians; a comparison is the median of the rounds' own, for noise disturbs a whole round.");
        out.flush();
        try (Lab lab = new Lab(quick, command.getErr())) {
            for (BenchCase each : cases) {
                CaseReport measured = each.run(lab);
                report.add(measured);
                table.print(measured);
                if (file != null) {
                    // After each case, for the next may fail or be stopped.
                    report.write(file);
                }
            }
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                // Whatever it says, it failed because it was told to stop.
                throw new InterruptedException(e.getMessage());
            }
            throw e;
        }
        return ExitCodes.DONE;
    }

    private List<BenchCase> cases(CommandLine command) {
        List<String> all = CASES.stream().map(BenchCase::name).toList();
        for (String name : names) {
            if (!all.contains(name)) {
                throw new ParameterException(
                        command, "There is no case '" + name + "', only " + String.join(", ", all) + ".");
            }
        }
        return CASES.stream()
                .filter(each -> names.isEmpty() || names.contains(each.name()))
                .toList();
    }

    private static boolean isWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return Files.exists(file)
                ? Files.isRegularFile(file) && Files.isWritable(file)
                : folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
    }
}
