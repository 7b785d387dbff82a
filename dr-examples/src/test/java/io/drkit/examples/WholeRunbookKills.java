package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.examples.MortalProcesses.End;
import io.drkit.examples.MortalRunbook.Moment;
import io.drkit.examples.cli.PlatformSettings;
import io.drkit.runbook.RunRecord;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.Runbook.Placed;
import io.drkit.runbook.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** Runs of all runbooks that change something, whose processes end by SIGKILL. */
final class WholeRunbookKills implements AutoCloseable {

    private final WholePlatform platform;
    private final MortalProcesses processes;
    private final Map<String, List<String>> acting = new HashMap<>();

    /** @param folder of its own */
    WholeRunbookKills(Path folder) throws IOException {
        platform = new WholePlatform(Files.createDirectory(folder.resolve("platform")));
        platform.firstDay();
        processes = new MortalProcesses(platform, Files.createDirectory(folder.resolve("processes")));
        // What all of them need is loaded by a migration.
        End first = processes.first("migrate");
        assertThat(first.code()).as(first.log()).isZero();
    }

    /** What a runbook begins with. */
    private void prepare(String runbook) {
        switch (runbook) {
            case "enable" -> platform.firstHour();
            case "failback" -> platform.failedOver();
            case "failover" -> {
                platform.firstDay();
                platform.losePrimary();
            }
            default -> platform.firstDay();
        }
    }

    /** The same where the runbook before it in a story was run. */
    private void goOnTo(String runbook) {
        switch (runbook) {
            case "drill" -> platform.replicateVolumes();
            case "failback" -> platform.goOnAtTheStandby();
            case "migrate" -> {
                // It begins with what a drill leaves: nothing has changed.
            }
            default -> throw new IllegalArgumentException(runbook);
        }
    }

    private void begin(String runbook, boolean first) {
        if (first) {
            prepare(runbook);
        } else {
            goOnTo(runbook);
        }
    }

    private SortedMap<String, String> state(String runbook) {
        if (runbook.equals("failover")) {
            platform.primaryComesBack();
        }
        return platform.state();
    }

    /** Where each run of a story ends that nobody kills. */
    List<SortedMap<String, String>> undisturbed(List<String> story) throws IOException {
        List<SortedMap<String, String>> ends = new ArrayList<>();
        for (String runbook : story) {
            begin(runbook, ends.isEmpty());
            Cli done = platform.run(runbook, "--yes-all");
            assertThat(done.code()).as(done.out() + done.err()).isZero();
            acting.put(runbook, stepsThatAct(runbook));
            ends.add(state(runbook));
        }
        return ends;
    }

    /** The steps as the runbook has them, and not as a test does, but for those that are skipped: of them no trace can be torn. */
    private List<String> stepsThatAct(String runbook) throws IOException {
        Runbook built = MortalRunbook.runbook(
                runbook,
                PlatformSettings.read(platform.config(), PlatformSettings.Sites.DEFAULT, Duration.ofSeconds(2))
                        .platform());
        Set<String> skipped = in(StepRecord.State.SKIPPED);
        return built.steps().stream()
                .map(Placed::name)
                .filter(step -> !skipped.contains(step))
                .toList();
    }

    /** Of a runbook that was run undisturbed. */
    List<String> steps(String runbook) {
        return Objects.requireNonNull(acting.get(runbook), runbook);
    }

    /** The steps that are in a state, as this machine's journal has it. */
    private Set<String> in(StepRecord.State state) throws IOException {
        return RunRecord.parse(Files.readString(platform.journal()), "the journal").steps().stream()
                .filter(step -> step.state() == state)
                .map(StepRecord::name)
                .collect(Collectors.toSet());
    }

    /**
     * Each run of a story through as many processes as it has steps, and one more: each is killed at the moment of the next step that comes to it. Steps that run
     * together come to it one by one.
     */
    void killAtEachInTurn(List<String> story, Moment moment, List<SortedMap<String, String>> wanted)
            throws IOException {
        for (int i = 0; i < story.size(); i++) {
            begin(story.get(i), i == 0);
            killAtEachInTurn(story.get(i), moment, wanted.get(i));
        }
    }

    private void killAtEachInTurn(String runbook, Moment moment, SortedMap<String, String> wanted) throws IOException {
        int before = platform.scriptRuns().size();
        Set<String> left = new LinkedHashSet<>(steps(runbook));
        int kills = 0;
        while (!left.isEmpty()) {
            End end = processes.run(runbook, moment, left);
            assertThat(end.isKilled())
                    .as(runbook + " " + moment + " " + left + ": " + end)
                    .isTrue();
            kills++;
            left.remove(end.killed());
            assertThat(in(StepRecord.State.ACTED).contains(end.killed()))
                    .as(moment + " " + end.killed())
                    .isEqualTo(moment != Moment.BEFORE);
            bury();
        }
        assertGoesOn(runbook, moment + " each in turn", wanted);
        assertScriptRan(runbook, moment == Moment.BEFORE && steps(runbook).contains("script"), before);
        assertThat(kills).isEqualTo(steps(runbook).size()).isGreaterThanOrEqualTo(8);
        System.out.println(runbook + ": killed " + kills + " times, each time " + moment
                + " it was known that a step has acted, and gone on with");
    }

    /** A run of its own that is killed at one moment of one step, and gone on with. */
    void killAt(String runbook, Moment moment, String step, SortedMap<String, String> wanted) {
        prepare(runbook);
        int before = platform.scriptRuns().size();
        End end = processes.run(runbook, moment, Set.of(step));
        assertThat(end.isKilled())
                .as(runbook + " " + moment + " " + step + ": " + end)
                .isTrue();
        bury();
        assertGoesOn(runbook, moment + " " + step, wanted);
        assertScriptRan(runbook, moment == Moment.BEFORE && step.equals("script"), before);
    }

    /** @param unsure whether a process was killed when it had run the script and nobody knew: then it is run again, and never else */
    private void assertScriptRan(String runbook, boolean unsure, int before) {
        int once = steps(runbook).contains("script") ? 1 : 0;
        assertThat(platform.scriptRuns()).as(runbook).hasSize(before + (unsure ? 2 : once));
    }

    /** The lock of who is dead falls free 30 s later, which is waited for in RunbookKillTest; here its lease is ended at once. */
    private void bury() {
        platform.standby.letTimePass();
        if (platform.primaryIsUp()) {
            platform.primary.letTimePass();
        }
    }

    private void assertGoesOn(String runbook, String killed, SortedMap<String, String> wanted) {
        End end = processes.run(runbook, Moment.NEVER, Set.of("none"));
        assertThat(end.code()).as(runbook + " " + killed + ": " + end).isZero();
        assertThat(state(runbook)).as(runbook + " " + killed).isEqualTo(wanted);
    }

    @Override
    public void close() {
        processes.close();
        platform.close();
    }
}
