package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ApplyReport;
import io.drkit.artifact.ApplyReport.Outcome;
import io.drkit.artifact.ApplyReport.Result;
import io.drkit.artifact.ObjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One application of an archive: stage by stage, and once more what failed, for it may have needed what came after it. Serves once. */
final class Apply {

    private static final String ESTABLISHED = "Established";

    private final ObjectApi api;
    private final CheckedArchive archive;
    private final ApplyOptions options;
    private final KubernetesArtifacts.Listener listener;
    private final Pause pause;
    private final ObjectWriter writer;
    private final Map<ObjectName, Outcome> outcomes = new LinkedHashMap<>();

    Apply(
            ObjectApi api,
            CheckedArchive archive,
            ApplyOptions options,
            KubernetesArtifacts.Listener listener,
            Pause pause) {
        this.api = api;
        this.archive = archive;
        this.options = options;
        this.listener = listener;
        this.pause = pause;
        this.writer = new ObjectWriter(api, archive, options.dryRun(), pause);
    }

    ApplyReport run() throws IOException {
        try {
            for (ApplyOrder stage : ApplyOrder.values()) {
                Set<ObjectName> names = new LinkedHashSet<>();
                archive.names().stream()
                        .filter(name -> ApplyOrder.of(name) == stage)
                        .forEach(names::add);
                if (!names.isEmpty()) {
                    apply(names);
                }
                if (stage == ApplyOrder.DEFINITIONS && !options.dryRun()) {
                    awaitDefinitions(names);
                }
            }
            Set<ObjectName> failed = failed();
            for (int before = Integer.MAX_VALUE; !failed.isEmpty() && failed.size() < before; ) {
                before = failed.size();
                apply(failed);
                failed = failed();
            }
        } catch (SiteUnreachableException e) {
            if (!writer.hasWritten()) {
                throw e;
            }
            throw new OutcomeUnknownException(
                    e.getMessage() + " Of " + archive.count() + " objects, " + done()
                            + " were applied before. Run it again: it goes on from there.",
                    e);
        }
        return new ApplyReport(api.name(), options.dryRun(), List.copyOf(outcomes.values()));
    }

    private void apply(Set<ObjectName> names) throws IOException {
        archive.each(names, (name, object) -> {
            if (Thread.currentThread().isInterrupted()) {
                throw new SiteUnreachableException("Stopped before " + name + " was applied to " + api.name()
                        + ", because the call was interrupted.");
            }
            outcomes.put(name, writer.apply(name, object));
            listener.at("applying", outcomes.size(), archive.count());
        });
    }

    private long done() {
        return outcomes.values().stream()
                .filter(outcome -> outcome.result() != Result.FAILED)
                .count();
    }

    private Set<ObjectName> failed() {
        Set<ObjectName> failed = new LinkedHashSet<>();
        outcomes.forEach((name, outcome) -> {
            if (outcome.result() == Result.FAILED) {
                failed.add(name);
            }
        });
        return failed;
    }

    /** Until their kinds are served; those that are not in time have failed. */
    private void awaitDefinitions(Set<ObjectName> names) {
        List<ObjectName> waiting = new ArrayList<>();
        for (ObjectName name : names) {
            Outcome outcome = outcomes.get(name);
            if (outcome != null && outcome.result() != Result.FAILED) {
                waiting.add(name);
            }
        }
        long began = System.nanoTime();
        for (int round = 1; ; round++) {
            waiting.removeIf(this::isEstablished);
            if (waiting.isEmpty()) {
                return;
            }
            if (System.nanoTime() - began > options.established().toNanos()) {
                waiting.forEach(name -> outcomes.put(
                        name,
                        new Outcome(
                                name,
                                Result.FAILED,
                                "It is there, but was not " + ESTABLISHED + " within "
                                        + options.established().toSeconds() + " s.")));
                return;
            }
            pause.before(round, api.name());
        }
    }

    private boolean isEstablished(ObjectName name) {
        ObjectNode there = api.find(ResourceType.DEFINITIONS, null, name.name());
        if (there == null) {
            return false;
        }
        for (JsonNode condition : there.path("status").path("conditions")) {
            if (Trees.text(condition, "type").equals(ESTABLISHED)) {
                return Trees.text(condition, "status").equals("True");
            }
        }
        return false;
    }
}
