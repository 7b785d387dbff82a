package io.drkit.restore;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.Sha256;
import io.drkit.keystore.KeyStore;
import io.drkit.node.NodeAccess;
import io.drkit.restore.RestoreReport.NodeReport;
import io.drkit.restore.RestoreReport.NodeState;
import io.drkit.restore.RestoreReport.Outcome;
import io.drkit.site.SiteRole;
import io.drkit.snapshot.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Puts a snapshot back on all control-plane nodes of a site, where etcd runs as a static pod, as kubeadm sets it up.
 *
 * <p>It is restored beside the data on every node before anything is stopped; then the static pods are stopped on all, the data is swapped by a
 * rename, and etcd is started and looked at. Up to here every failure has all nodes put back as they were. Then kube-apiserver and the others are
 * started, the kubelets restarted, and the old data stays beside the new until somebody deletes it.
 *
 * <p>Killed anywhere, it goes on when it is run again with the same snapshot: all that it has to know is on the nodes. Of two runs the later one takes
 * over, and the earlier does nothing more. Interrupted, it stops where it is. Blocks; for one thread at a time.
 */
public final class SnapshotRestore {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final List<NodeAccess> accesses;
    private final RestoreOptions options;
    private final Consumer<String> progress;

    private SnapshotRestore(List<NodeAccess> accesses, RestoreOptions options, Consumer<String> progress) {
        this.accesses = accesses;
        this.options = options;
        this.progress = progress;
    }

    /**
     * @param nodes all control-plane nodes of the site; not closed
     * @param progress is told a sentence at each step, by several threads
     * @throws IllegalArgumentException when there is none
     */
    public static SnapshotRestore on(
            List<? extends NodeAccess> nodes, RestoreOptions options, Consumer<String> progress) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("A restore needs at least one node.");
        }
        return new SnapshotRestore(List.copyOf(nodes), options, progress);
    }

    /**
     * Looks whether it could begin, or go on. Changes nothing.
     *
     * @throws SiteUnreachableException when a node does not answer
     * @throws UnsafeToProceedException when something is not as it must be
     * @throws UncheckedIOException when the file cannot be read
     */
    public RestorePlan plan(RestoreTarget target) {
        requireWhole(target);
        RestoreSurvey survey = survey();
        String cluster = ClusterLayout.cluster(survey.nodes(), options.goneMembers());
        survey.requireFit(target, cluster);
        return survey.plan(target, cluster);
    }

    /**
     * Restores, or goes on with what an earlier run left. A snapshot that was the last one restored is not restored again, unless the options say so.
     *
     * @param store gives a connection to the site's etcd; asked again and again while that is down, and each is closed
     * @throws SiteUnreachableException when a node does not answer; nothing, or nothing more, was changed
     * @throws UnsafeToProceedException when something is not as it must be, or another run took over; nothing, or nothing more, was changed
     * @throws UncheckedIOException when the file cannot be read; likewise
     */
    public RestoreReport run(RestoreTarget target, Supplier<KeyStore> store) {
        Instant began = options.clock().instant();
        requireWhole(target);
        RestoreSurvey survey = survey();
        String cluster = ClusterLayout.cluster(survey.nodes(), options.goneMembers());
        survey.requireFit(target, cluster);
        Optional<String> underWay = survey.id();
        if (underWay.isPresent() && survey.isUndoing()) {
            return back(survey, "an earlier run was taking it back; run it again to restore");
        }
        if (survey.isOver(target.snapshot())) {
            return alreadyDone(survey, began);
        }
        Claim claim = Claim.of(underWay.orElseGet(() -> newId(target.snapshot(), began)), survey.highestNumber() + 1);
        RestoreRun run = new RestoreRun(survey.nodes(), claim, options, progress);
        run.claim(records(survey, target, cluster, underWay), underWay.isEmpty());
        return run.forward(target, cluster, store);
    }

    /**
     * Takes back what is under way: every node is put back as it was before. Run again it goes on. Nodes that are gone for good may be left out.
     *
     * @throws SiteUnreachableException when a node does not answer; nothing was changed
     * @throws UnsafeToProceedException when nothing is under way, when the restored data is served already, or when another run took over; nothing, or
     *     nothing more, was changed
     */
    public RestoreReport undo() {
        RestoreSurvey survey = survey();
        String id = survey.id()
                .orElseThrow(() -> new UnsafeToProceedException(
                        "No restore is under way on these nodes that could be taken back."));
        if (survey.isServing(id)) {
            throw new UnsafeToProceedException(
                    "The restore " + id + " is not taken back, for its data is served already."
                            + " Run it again to its end, or finish it; the data of before lies beside.");
        }
        return back(survey, "it was taken back, as asked");
    }

    /**
     * Brings to its end what is under way and has its data served already. Needs no snapshot, which may be gone meanwhile. Run again it goes on.
     *
     * @throws SiteUnreachableException when a node does not answer; nothing was changed
     * @throws UnsafeToProceedException when nothing is under way that is served, or another run took over; nothing, or nothing more, was changed
     */
    public RestoreReport finish() {
        RestoreSurvey survey = survey();
        String id = survey.id()
                .filter(survey::isServing)
                .orElseThrow(
                        () -> new UnsafeToProceedException(
                                "No restore whose data is served already is under way on these nodes: there is nothing to finish."));
        RestoreRun run = new RestoreRun(survey.nodes(), Claim.of(id, survey.highestNumber() + 1), options, progress);
        run.claim(Map.of(), false);
        return run.finish();
    }

    private RestoreReport back(RestoreSurvey survey, String why) {
        Claim claim = Claim.of(survey.id().orElseThrow(), survey.highestNumber() + 1);
        RestoreRun run = new RestoreRun(survey.underWay(), claim, options, progress);
        run.claim(Map.of(), false);
        return run.back(why);
    }

    private RestoreSurvey survey() {
        return RestoreSurvey.take(RestoreSurvey.nodes(accesses, options), options);
    }

    private static void requireWhole(RestoreTarget target) {
        Snapshot snapshot = target.snapshot();
        try {
            long size = Files.size(target.file());
            boolean whole = size == snapshot.bytes() && Sha256.of(target.file()).equals(snapshot.sha256());
            if (!whole) {
                throw new UnsafeToProceedException(target.file() + " is not what its manifest says"
                        + (size == snapshot.bytes() ? "" : ": it has " + size + " bytes, not " + snapshot.bytes())
                        + ". It is cut off or was changed; take another.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String newId(Snapshot snapshot, Instant began) {
        return TIME.format(began) + "-" + snapshot.sha256().substring(0, 8);
    }

    /** What a run must know that goes on with it. On the nodes that have a record already, that stays. */
    private static Map<RestoreNode, String> records(
            RestoreSurvey survey, RestoreTarget target, String cluster, Optional<String> underWay) {
        Snapshot snapshot = target.snapshot();
        long raise = underWay.isPresent() ? survey.recorded(underWay.get()).recordedRaise() : survey.raise();
        Optional<SiteRole> role =
                underWay.isPresent() ? survey.recorded(underWay.get()).recordedRole() : target.role();
        Map<RestoreNode, String> records = new HashMap<>();
        for (RestoreNode node : survey.nodes()) {
            NodeFindings state = survey.of(node);
            records.put(
                    node,
                    String.join(
                            "\n",
                            "sha256 " + snapshot.sha256(),
                            "name " + snapshot.name(),
                            "raise " + raise,
                            "cluster " + cluster,
                            "role "
                                    + role.map(now -> now.role() + " " + now.epoch())
                                            .orElse(""),
                            "had " + (state.hadMember() ? "yes" : "no"),
                            "ran " + String.join(" ", state.running())));
        }
        return records;
    }

    private RestoreReport alreadyDone(RestoreSurvey survey, Instant began) {
        String id = survey.of(survey.nodes().get(0)).id();
        List<NodeReport> nodes = survey.nodes().stream()
                .map(node -> RestoreRun.nodeReport(
                        node,
                        survey.of(node).id(),
                        NodeState.RESTORED,
                        "an earlier run restored it",
                        survey.of(node).recorded("had").equals("yes")))
                .toList();
        Duration took = Duration.between(began, options.clock().instant());
        return new RestoreReport(Outcome.RESTORED, id, nodes, Optional.empty(), 0, began, took);
    }
}
