package io.drkit.examples.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.runbook.Confirmation;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.Journal;
import io.drkit.runbook.JournalPair;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.Runbook.Placed;
import io.drkit.runbook.RunbookListener;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookPlan;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.LagSample;
import io.drkit.runbook.RunbookRunner;
import io.drkit.runbook.SharedJournal;
import io.drkit.runbook.StepRecord;
import io.drkit.runbook.Ways;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** A command that runs a runbook, by a journal on this machine and in the standby's etcd. */
@Command(sortOptions = false)
public abstract class RunbookCommand extends NamedSiteCommand {

    @Option(
            names = "--from",
            paramLabel = "SITE",
            description =
                    "The site that is the primary, or was it before a failover that is taken back. Default: primary.")
    private String from = PlatformSettings.Sites.DEFAULT.from();

    @Option(names = "--to", paramLabel = "SITE", description = "The other one. Default: standby.")
    private String to = PlatformSettings.Sites.DEFAULT.to();

    @Option(names = "--dry-run", description = "Only shows the steps, and what their checks say. Changes nothing.")
    private boolean dryRun;

    @Option(names = "--resume", description = "Goes on with the run that is not finished, wherever it was begun.")
    private boolean resume;

    @Option(names = "--undo", description = "Takes the run back that is not finished, before its point of no return.")
    private boolean undo;

    @Option(
            names = "--abandon",
            description = "Declares the run over that is not finished, for things were put right by hand.")
    private boolean abandon;

    @Option(
            names = "--yes",
            paramLabel = "STEP",
            split = ",",
            description = "Answers the question of a step in advance; may be repeated. Without it a terminal is asked.")
    private Set<String> yes = Set.of();

    @Option(names = "--yes-all", description = "Answers all questions with yes.")
    private boolean yesAll;

    @Option(names = "--html", paramLabel = "FILE", description = "Also writes the report there, as one page.")
    private @Nullable Path html;

    private final Map<String, String> wanting = new ConcurrentHashMap<>();
    private final TypedLines typed = new TypedLines(System.in);
    private @Nullable CommandSpec declared;

    /** The runbook, of this platform. */
    protected abstract Runbook runbook(Platform platform);

    /** Whether it changes nothing, so that it needs no lock and nobody goes on with it. */
    protected boolean onlyLooks() {
        return false;
    }

    @Override
    final void declareSites(CommandSpec spec) {
        super.declareSites(spec);
        declared = spec;
    }

    /** The command line as it was given, from the subcommand on. */
    private List<String> originalArguments() {
        ParseResult parsed =
                declared == null ? null : declared.root().commandLine().getParseResult();
        return parsed == null ? List.of() : parsed.originalArgs();
    }

    @Override
    protected final int run() {
        requireSense();
        ConfigCheck.require(configFile());
        PlatformSettings settings = PlatformSettings.read(configFile(), sites(), common.deadline);
        Runbook runbook = runbook(settings.platform());
        requireSteps(runbook);
        RunbookOptions options = RunbookOptions.builder()
                .settings(settings.bound())
                .confirmation(confirmation())
                .listener(new Telling())
                .ways(this::ways)
                .build();
        if (dryRun) {
            return show(RunbookPlan.checked(runbook, options));
        }
        return onlyLooks()
                ? run(new MemoryJournal(), runbook, options, settings, List::of)
                : runByJournal(runbook, options, settings);
    }

    private PlatformSettings.Sites sites() {
        try {
            return new PlatformSettings.Sites(from, to);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private void requireSense() {
        if (Stream.of(dryRun, resume, undo, abandon).filter(given -> given).count() > 1) {
            throw usage("--dry-run, --resume, --undo and --abandon exclude each other");
        }
        if (onlyLooks() && (resume || undo || abandon)) {
            throw usage("This runbook only looks: there is nothing to go on with, or to take back. Run it again");
        }
        requirePage();
    }

    /** Whether the report can be written, as far as that can be told before there is one. */
    private void requirePage() {
        if (html == null) {
            return;
        }
        boolean there = Files.exists(html);
        try {
            Files.newByteChannel(html, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .close();
            if (!there) {
                Files.delete(html);
            }
        } catch (IOException e) {
            throw usage("--html: cannot write " + html + ": is there such a folder, and may you write to it?");
        }
    }

    private void requireSteps(Runbook runbook) {
        Set<String> unknown = yes.stream()
                .filter(name ->
                        runbook.steps().stream().noneMatch(step -> step.name().equals(name)))
                .collect(Collectors.toSet());
        if (!unknown.isEmpty()) {
            throw usage("--yes: " + runbook.name() + " has no step " + String.join(", ", unknown) + ". Its questions: "
                    + runbook.steps().stream()
                            .filter(step -> !step.options().question().isEmpty())
                            .map(Placed::name)
                            .collect(Collectors.joining(", ")));
        }
    }

    private int runByJournal(Runbook runbook, RunbookOptions options, PlatformSettings settings) {
        boolean goesOn = resume || undo || abandon;
        Duration patience = goesOn ? SharedJournal.TIME_TO_LIVE.plusSeconds(5) : Duration.ZERO;
        try (EtcdKeyStore store = settings.platform().there().to().open();
                FileJournal here = FileJournal.open(settings.journal());
                Journal journal = new JournalPair(here, SharedJournal.open(store, options.by(), patience));
                LagSampling lag =
                        LagSampling.of(store, settings.platform().there().mirror())) {
            if (!abandon) {
                OtherSite.requireIdle(settings.platform().there(), goesOn);
            }
            return run(journal, runbook, options, settings, lag::samples);
        }
    }

    private int run(
            Journal journal,
            Runbook runbook,
            RunbookOptions options,
            PlatformSettings settings,
            Supplier<List<LagSample>> lag) {
        RunbookRunner runner = new RunbookRunner(journal, options);
        if (abandon) {
            return tellAbandoned(runner.abandon(runbook), settings);
        }
        RunbookReport ended = resume ? runner.resume(runbook) : undo ? runner.undo(runbook) : runner.run(runbook);
        RunbookReport report = ended.withLag(lag.get());
        // A signal has done its work: what is left is to tell, and to give the lock back.
        Thread.interrupted();
        Verdict verdict = new Verdict(report, settings.platform().objectives(), onlyLooks(), Map.copyOf(wanting));
        output().result(verdict.json(), verdict::print);
        writeHtml(verdict);
        return switch (report.outcome()) {
            case DONE, ABANDONED -> ExitCodes.DONE;
            case UNDONE -> undo ? ExitCodes.DONE : ExitCodes.WANTING;
            case STOPPED -> ExitCodes.UNREACHABLE;
        };
    }

    /** What was done is done, whether or not the page can be written. */
    private void writeHtml(Verdict verdict) {
        if (html != null) {
            try {
                Files.writeString(html, verdict.html());
            } catch (IOException e) {
                err().println("The report could not be written to " + html + ": " + e.getMessage() + ".");
                err().flush();
            }
        }
    }

    private int tellAbandoned(Optional<RunbookReport> run, PlatformSettings settings) {
        ObjectNode json = run.map(
                        report -> new Verdict(report, settings.platform().objectives(), false, Map.of()).json())
                .orElseGet(JsonNodeFactory.instance::objectNode)
                .put("abandoned", run.map(RunbookReport::runbook).orElse(""));
        output().result(
                        json,
                        out -> out.println(
                                run.map(RunbookReport::toString).orElse("There is no run that is not finished.")));
        return ExitCodes.DONE;
    }

    private int show(RunbookPlan plan) {
        output().result(plan, out -> {
            out.print(plan);
            out.println(plan.ready() ? "Nothing was changed." : "It would be refused as it is. Nothing was changed.");
        });
        return plan.ready() ? ExitCodes.DONE : ExitCodes.WANTING;
    }

    private Confirmation confirmation() {
        boolean terminal = Boolean.getBoolean("drkit.terminal");
        return step -> yesAll || yes.contains(step.name()) || (terminal && ask(step));
    }

    /** Where nobody types, nothing is read, and that is no. */
    private boolean ask(Placed<?> step) {
        err().print(step.options().question() + " Type yes: ");
        err().flush();
        return "yes".equals(typed.next());
    }

    private Ways ways(String runbook) {
        if (onlyLooks()) {
            return Ways.NONE;
        }
        return new Ways(
                again(runbook, "--resume", true), again(runbook, "--undo", false), again(runbook, "--abandon", false));
    }

    /** As it was called, with another flag; answers that were given in advance are of the runbook that was called. */
    private String again(String runbook, String flag, boolean answers) {
        List<String> given = originalArguments();
        boolean same = given.stream().findFirst().filter(runbook::equals).isPresent();
        List<String> words = new ArrayList<>(List.of("drkit", runbook));
        for (int i = 1; i < given.size(); i++) {
            String word = given.get(i);
            boolean answer = word.equals("--yes") || word.startsWith("--yes=");
            if (answer && !(same && answers)) {
                i += word.equals("--yes") ? 1 : 0;
            } else if (!Set.of("--resume", "--undo", "--abandon", "--dry-run").contains(word)
                    && (answers || !word.equals("--yes-all"))) {
                words.add(quoted(word));
            }
        }
        words.add(flag);
        return String.join(" ", words);
    }

    private static String quoted(String word) {
        return word.matches("[-A-Za-z0-9_./:=,@]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** On stderr: each step as it comes to another state, and what it tells. */
    private final class Telling implements RunbookListener {

        @Override
        public void changed(Placed<?> step, StepRecord record) {
            if (record.state() == StepRecord.State.FAILED || record.state() == StepRecord.State.REFUSED) {
                wanting.put(step.name(), record.detail());
            }
            // Of what only looks there is nothing to undo.
            boolean told = record.state() != StepRecord.State.ACTED
                    && !(onlyLooks() && record.state() == StepRecord.State.UNDONE);
            if (told) {
                say(step.name() + ": " + Output.lower(record.state()).replace('-', ' ')
                        + (record.detail().isEmpty() ? "" : ": " + record.detail()));
            }
        }

        @Override
        public void progress(Placed<?> step, String message) {
            say(step.name() + ": " + message);
        }

        @Override
        public void turned(String why) {
            if (!onlyLooks()) {
                say(why);
            }
        }

        private void say(String line) {
            steps().accept(line);
        }
    }
}
