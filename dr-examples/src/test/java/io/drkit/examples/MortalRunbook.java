package io.drkit.examples;

import io.drkit.DrException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.cli.PlatformSettings;
import io.drkit.examples.runbook.Drill;
import io.drkit.examples.runbook.Enable;
import io.drkit.examples.runbook.Failback;
import io.drkit.examples.runbook.Failover;
import io.drkit.examples.runbook.Migrate;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.Journal;
import io.drkit.runbook.JournalPair;
import io.drkit.runbook.RunRecord;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookRunner;
import io.drkit.runbook.SharedJournal;
import io.drkit.runbook.StepRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A program that runs a runbook as the command line does, or goes on with it, by the same journals, and ends itself with SIGKILL at a moment that it is told.
 * It is started ahead of time, and begins when it reads a line: the runbook, the moment, and the names of steps.
 */
final class MortalRunbook {

    /** That a step has acted, as the journal comes to know of it. */
    enum Moment {
        /** No journal knows. */
        BEFORE,
        /** This machine's journal knows, and the standby's does not. */
        BETWEEN,
        /** Both journals know. */
        AFTER,
        NEVER
    }

    private static final Map<String, Function<Platform, Runbook>> RUNBOOKS = Map.of(
            "enable", Enable::of,
            "failover", Failover::of,
            "migrate", Migrate::of,
            "failback", Failback::of,
            "drill", Drill::of);

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private MortalRunbook() {}

    /** @param arguments the configuration, and an etcd's endpoint to warm up with */
    public static void main(String[] arguments) throws IOException {
        Path config = Path.of(arguments[0]);
        // What is loaded and compiled by this the run itself need not wait for.
        try (EtcdKeyStore store =
                EtcdKeyStore.connect(EtcdConnection.to(List.of(arguments[1])).build())) {
            store.revision();
            PlatformSettings.read(config, PlatformSettings.Sites.DEFAULT, DEADLINE);
        } catch (DrException e) {
            System.out.println("not warm: " + e.getMessage());
        }
        String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (line == null) {
            return;
        }
        String[] words = line.split(" ", -1);
        PlatformSettings settings = PlatformSettings.read(config, PlatformSettings.Sites.DEFAULT, DEADLINE);
        Runbook runbook = runbook(words[0], settings.platform());
        Fate fate = new Fate(Moment.valueOf(words[1]), Set.of(words[2].split(",", -1)));
        RunbookReport report = run(settings, runbook, fate);
        System.out.println(report);
        System.exit(report.outcome() == RunbookReport.Outcome.DONE ? 0 : 1);
    }

    static Runbook runbook(String name, Platform platform) {
        return Objects.requireNonNull(RUNBOOKS.get(name), name).apply(platform);
    }

    private static RunbookReport run(PlatformSettings settings, Runbook runbook, Fate fate) {
        RunbookOptions options = RunbookOptions.builder()
                .settings(settings.bound())
                .confirmation(step -> true)
                .build();
        try (EtcdKeyStore store = settings.platform().there().to().open();
                FileJournal here = FileJournal.open(settings.journal());
                Journal shared = SharedJournal.open(store, options.by(), Duration.ZERO);
                Journal pair = new JournalPair(
                        new Mortal(here, fate, Moment.BETWEEN), new Mortal(shared, fate, Moment.AFTER))) {
            Journal journal = new Mortal(pair, fate, Moment.NEVER);
            RunbookRunner runner = new RunbookRunner(journal, options);
            return journal.read().filter(run -> !run.ended()).isPresent()
                    ? runner.resume(runbook)
                    : runner.run(runbook);
        }
    }

    /**
     * When the process dies.
     *
     * @param steps the first of these that comes to it
     */
    private record Fate(Moment moment, Set<String> steps) {

        /** Does not return: the thread holds what keeps others from writing the journal, until the process is no more. */
        void die(String step) {
            try {
                System.out.println("killed " + step);
                System.out.flush();
                new ProcessBuilder(
                                "kill",
                                "-9",
                                Long.toString(ProcessHandle.current().pid()))
                        .start();
                Thread.sleep(Long.MAX_VALUE);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A journal by whose writes the process may die. */
    private record Mortal(Journal journal, Fate fate, Moment afterIt) implements Journal {

        @Override
        public Optional<RunRecord> read() {
            return journal.read();
        }

        @Override
        public void write(RunRecord record) {
            Map<String, StepRecord.State> before = read().map(Mortal::states).orElse(Map.of());
            // The outermost one.
            if (fate.moment() == Moment.BEFORE && afterIt == Moment.NEVER) {
                acting(before, record).ifPresent(fate::die);
            }
            journal.write(record);
            if (fate.moment() == afterIt && afterIt != Moment.NEVER) {
                acting(before, record).ifPresent(fate::die);
            }
        }

        private static Map<String, StepRecord.State> states(RunRecord run) {
            return run.steps().stream().collect(Collectors.toMap(StepRecord::name, StepRecord::state));
        }

        private Optional<String> acting(Map<String, StepRecord.State> before, RunRecord record) {
            return record.steps().stream()
                    .filter(step -> step.state() == StepRecord.State.ACTED && before.get(step.name()) != step.state())
                    .map(StepRecord::name)
                    .filter(fate.steps()::contains)
                    .findFirst();
        }

        @Override
        public boolean isHeld() {
            return journal.isHeld();
        }

        @Override
        public void close() {
            journal.close();
        }
    }
}
