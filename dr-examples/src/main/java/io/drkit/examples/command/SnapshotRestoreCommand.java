package io.drkit.examples.command;

import io.drkit.DrException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.snapshot.EtcdSnapshotReader;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.NamedSiteCommand;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.RestartTargetConverter;
import io.drkit.examples.cli.SnapshotPlace;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.RestartTarget;
import io.drkit.kubernetes.RolloutRestart;
import io.drkit.node.NodeAccess;
import io.drkit.restore.RestoreOptions;
import io.drkit.restore.RestorePlan;
import io.drkit.restore.RestoreReport;
import io.drkit.restore.RestoreTarget;
import io.drkit.restore.SnapshotRestore;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.snapshot.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drkit snapshot restore}: a site goes back to a snapshot, or nothing is changed. */
@Command(
        name = "restore",
        description =
                "Puts a snapshot back on all control-plane nodes of a site, whose etcd runs as a static pod: restores it beside the data, stops"
                        + " the control plane, swaps the data, starts etcd and looks at it; up to here every failure has"
                        + " all nodes put back as they were. Then starts the rest. Killed, it goes on when it is run again."
                        + " Exit code 3: it failed, and everything is as it was; 4: run it again to go on.")
final class SnapshotRestoreCommand extends NamedSiteCommand {

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which. Default: the newest.")
    private String name = "";

    @Option(
            names = "--in",
            paramLabel = "PLACE",
            description = "A folder, or NODE:/folder where NODE is named under nodes: in --config.")
    private @Nullable String in;

    @Option(
            names = "--at",
            required = true,
            paramLabel = "SITE",
            description = "Where to: a site under sites: and nodes: in --config.")
    private String at = "";

    @Option(names = "--dry-run", description = "Only show what would be done.")
    private boolean dryRun;

    @Option(names = "--undo", description = "Take back what an earlier run left unfinished. Needs no snapshot.")
    private boolean undo;

    @Option(
            names = "--finish",
            description = "Finish what an earlier run left after the restored data was served. Needs no snapshot.")
    private boolean finish;

    @Option(
            names = "--accept-other-site",
            description = "Put back a snapshot of another site, whose identity and role this one then has.")
    private boolean acceptOtherSite;

    @Option(
            names = "--accept-other-role",
            description = "Put back a snapshot from before a change of roles, whose role and epoch this site then has.")
    private boolean acceptOtherRole;

    @Option(
            names = "--control-plane-stopped",
            description = "kube-apiserver is stopped, and stays so: for a standby that was seeded.")
    private boolean controlPlaneStopped;

    @Option(names = "--again", description = "Put back once more the snapshot that was put back last.")
    private boolean again;

    @Option(
            names = "--bump-revision",
            paramLabel = "N",
            description =
                    "By how much the revision is raised, so that no watcher sees time run backwards; 0 for not at all."
                            + " Default: 1000000000, where the tool on the nodes can.")
    private @Nullable Long bumpRevision;

    @Option(
            names = "--gone-member",
            paramLabel = "NAME",
            description = "A member that a manifest still names, and that is none any more. May be repeated.")
    private Set<String> goneMembers = Set.of();

    @Option(
            names = "--tool",
            paramLabel = "PATH",
            description = "etcdutl on every node. Default: looked for on the PATH, and in etcd's container.")
    private @Nullable String tool;

    @Option(
            names = "--tool-file",
            paramLabel = "FILE",
            description = "etcdutl on this machine, which is brought to nodes that have none.")
    private @Nullable Path toolFile;

    @Option(
            names = "--configuration",
            paramLabel = "FOLDER",
            description = "The cluster's configuration on the nodes, which is backed up. Default: "
                    + RestoreOptions.DEFAULT_CONFIGURATION)
    private String configuration = RestoreOptions.DEFAULT_CONFIGURATION;

    @Option(
            names = "--manifests",
            paramLabel = "FOLDER",
            description = "Of the static pods on the nodes. Default: " + RestoreOptions.DEFAULT_MANIFESTS)
    private String manifests = RestoreOptions.DEFAULT_MANIFESTS;

    @Option(
            names = "--kubelet-restart",
            paramLabel = "SCRIPT",
            description =
                    "Restarts the kubelet on a node; may be empty. Default: " + RestoreOptions.DEFAULT_KUBELET_RESTART)
    private String kubeletRestart = RestoreOptions.DEFAULT_KUBELET_RESTART;

    @Option(
            names = "--ready-command",
            paramLabel = "SCRIPT",
            description =
                    "A shell script on a node that ends with 0 when kube-apiserver is ready. Default: its /readyz is asked.")
    private @Nullable String readyCommand;

    @Option(
            names = "--restart",
            paramLabel = "WORKLOAD",
            converter = RestartTargetConverter.class,
            description =
                    "Replaces the pods of this when kube-apiserver is ready, for what they know is not so any more:"
                            + " NAMESPACE/KIND/NAME, as shop/deployment/web, or NAMESPACE/LABELS, as shop/app=web. May be repeated."
                            + " Needs the site under clusters: in --config.")
    private List<RestartTarget> restart = List.of();

    @Option(
            names = "--restart-timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long their new pods may take to be ready. Default: 5m.")
    private Duration restartTimeout = Duration.ofMinutes(5);

    @Option(
            names = "--steady",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long what was stopped or started must stay so to count. Default: 5s.")
    private Duration steady = Duration.ofSeconds(5);

    @Override
    protected int run() throws IOException {
        if (undo && finish) {
            throw usage("--undo and --finish exclude each other");
        }
        if (undo || finish) {
            return told(withNodes(
                    at, nodes -> undo ? restore(nodes).undo() : restore(nodes).finish()));
        }
        if (in == null) {
            throw usage("Missing required option '--in': where the snapshot is kept");
        }
        if (controlPlaneStopped && !restart.isEmpty()) {
            throw usage("--restart needs a kube-apiserver, and with --control-plane-stopped there is none");
        }
        try (SnapshotPlace place = place(in);
                Progress progress = progress()) {
            Snapshot snapshot = place.undoubted(name, Instant.now());
            return place.withFile(
                    snapshot, (done, total) -> progress.update("fetching", done >> 10, total >> 10, "in KiB"), file -> {
                        requireItsManifest(file, snapshot);
                        RestoreTarget target = target(file, snapshot);
                        return withNodes(at, nodes -> dryRun ? planned(nodes, target) : restored(nodes, target));
                    });
        }
    }

    private int planned(List<NodeAccess> nodes, RestoreTarget target) {
        RestorePlan plan = restore(nodes).plan(target);
        output().result(plan, out -> out.print(plan));
        return ExitCodes.DONE;
    }

    private int restored(List<NodeAccess> nodes, RestoreTarget target) {
        EtcdConnection etcd = etcd(at);
        return told(restore(nodes).run(target, () -> EtcdKeyStore.connect(etcd)));
    }

    private int told(RestoreReport report) {
        output().result(
                        Map.of(
                                "outcome", Output.lower(report.outcome()),
                                "id", report.id(),
                                "why", report.why().orElse(""),
                                "revision", report.revision(),
                                "tookSeconds", report.took().toMillis() / 1e3,
                                "nodes",
                                        report.nodes().stream()
                                                .map(node -> Map.of(
                                                        "node", node.node(),
                                                        "member", node.member(),
                                                        "state", Output.lower(node.state()),
                                                        "detail", node.detail(),
                                                        "oldData",
                                                                node.oldData().orElse(""),
                                                        "backup", node.backup().orElse("")))
                                                .toList()),
                        out -> out.println(report));
        return switch (report.outcome()) {
            case RESTORED -> ExitCodes.DONE;
            case UNDONE -> undo ? ExitCodes.DONE : ExitCodes.WANTING;
            case UNFINISHED -> ExitCodes.UNREACHABLE;
        };
    }

    private static void requireItsManifest(Path file, Snapshot snapshot) {
        long revision = new EtcdSnapshotReader().read(file).revision();
        if (revision != snapshot.revision()) {
            throw new UnsafeToProceedException("The manifest of " + snapshot.name() + " says revision "
                    + snapshot.revision() + ", and its file is of revision " + revision
                    + ": it is another's manifest, or was changed. Find the right one, or take another snapshot.");
        }
    }

    /** With what the sites say of themselves, as far as they answer: the others, too, where the one that is restored does not tell what it is. */
    private RestoreTarget target(Path file, Snapshot snapshot) {
        Optional<Living> own = ask(at);
        Optional<String> siteId = own.flatMap(Living::siteId);
        Optional<SiteRole> role = own.flatMap(Living::role);
        if (!acceptOtherSite && (siteId.isEmpty() || role.isEmpty())) {
            for (String other : sitesBut(at)) {
                Optional<Living> there = ask(other);
                requireNotOf(other, there.flatMap(Living::siteId), snapshot);
                role = role.or(() -> there.flatMap(Living::role)
                        .filter(each -> each.role() == Role.PRIMARY)
                        .map(each -> new SiteRole(Role.STANDBY, each.epoch())));
            }
        }
        return new RestoreTarget(file, snapshot, siteId, role);
    }

    private record Living(Optional<String> siteId, Optional<SiteRole> role) {}

    private Optional<Living> ask(String site) {
        try {
            return Optional.of(withEtcd(
                    site,
                    store ->
                            new Living(Site.at(store).identity(), Site.at(store).role())));
        } catch (DrException e) {
            err().println("drkit: whose data " + site + " has now is not known: " + e.getMessage());
            err().flush();
            return Optional.empty();
        }
    }

    private void requireNotOf(String other, Optional<String> siteId, Snapshot snapshot) {
        if (siteId.filter(id -> id.equals(snapshot.siteId())).isPresent()) {
            throw new UnsafeToProceedException(
                    "The snapshot " + snapshot.name() + " is of the site " + other
                            + ", which is alive, and would make " + at
                            + " a second one of that identity and role. To fill a"
                            + " standby, prepare it by drkit snapshot seed; to replace that site all the same, say --accept-other-site.");
        }
    }

    private SnapshotRestore restore(List<NodeAccess> nodes) {
        RestoreOptions.Builder options = RestoreOptions.builder()
                .configuration(configuration)
                .manifests(manifests)
                .goneMembers(goneMembers)
                .kubeletRestart(kubeletRestart)
                .steadyFor(steady);
        if (acceptOtherSite) {
            options.acceptOtherSite();
        }
        if (acceptOtherRole) {
            options.acceptOtherRole();
        }
        if (controlPlaneStopped) {
            options.controlPlaneStopped();
        }
        if (again) {
            options.again();
        }
        if (bumpRevision != null) {
            options.bumpRevision(bumpRevision);
        }
        if (tool != null) {
            options.tool(tool);
        }
        if (toolFile != null) {
            options.toolFile(toolFile);
        }
        if (readyCommand != null) {
            options.readyCommand(readyCommand);
        }
        if (!restart.isEmpty()) {
            KubernetesConnection cluster = cluster(at);
            options.workloads(() -> {
                steps().accept("restarting " + restart.size() + " workloads named");
                RolloutRestart.restart(cluster, restart, restartTimeout);
            });
        }
        return SnapshotRestore.on(nodes, options.build(), steps());
    }
}
