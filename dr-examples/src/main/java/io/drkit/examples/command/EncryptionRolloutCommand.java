package io.drkit.examples.command;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.MergePlan;
import io.drkit.encryption.MergePlan.Side;
import io.drkit.encryption.MergePlan.Stage;
import io.drkit.encryption.PlanFolder;
import io.drkit.encryption.RewriteReport;
import io.drkit.etcd.encryption.LocalValueCipher;
import io.drkit.examples.cli.ControlPlaneCommand;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.keystore.Bytes;
import io.drkit.node.NodeAccess;
import io.drkit.rollout.EncryptionRollout;
import io.drkit.rollout.FreshNode;
import io.drkit.rollout.RolloutOptions;
import io.drkit.rollout.RolloutRecord;
import io.drkit.rollout.RolloutReport;
import io.drkit.rollout.RolloutReport.NodeReport;
import io.drkit.rollout.RolloutReport.Outcome;
import io.drkit.rollout.RolloutTarget;
import io.drkit.rollout.SiteValues;
import io.drkit.rollout.StaticPodApiserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drkit encryption rollout}: a plan's stages, or one file, to every control-plane node. */
@Command(
        name = "rollout",
        description =
                "Brings the stages of a plan that are left, or one file, to the control-plane nodes of their sites, one"
                        + " node after another; restarts kube-apiserver where it does not reload by itself, waits until it is ready,"
                        + " rewrites and verifies. When a node fails, all are put back as they were. Stopped, it goes on when run again."
                        + " Exit code 0: done, 3: put back, 4: something is left to be done, or cannot be reached, 5: refused.")
final class EncryptionRolloutCommand extends ControlPlaneCommand {

    @Parameters(
            index = "0",
            paramLabel = "DIR|FILE",
            description = "A folder with a plan of 'encryption plan', or an EncryptionConfiguration.")
    private @Nullable Path what;

    @Option(
            names = "--at",
            paramLabel = "SITE",
            description = "With a file: whose nodes, as named under nodes: in --config.")
    private @Nullable String at;

    @Option(names = "--to-stage", paramLabel = "N", description = "With a plan: the last stage to do. Default: all.")
    private int toStage = Integer.MAX_VALUE;

    @Option(
            names = "--fresh",
            paramLabel = "FILE",
            description =
                    "With a file: the nodes have no Kubernetes yet, and it is put there, under this path, and no more.")
    private @Nullable String fresh;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description =
                    "With a file: where the rollout is kept while it is under way. Default: FILE.SITE.rollout.json")
    private @Nullable Path record;

    @Option(names = "--back", description = "Take back what is under way: every node becomes as it was.")
    private boolean back;

    @Option(names = "--dry-run", description = "Only look whether it could be done. With a plan: its next stage.")
    private boolean dryRun;

    @Option(
            names = "--accept-unreadable",
            description =
                    "Go on also where the site's etcd holds values that its kube-apiservers cannot read, as long as the"
                            + " all that they can read stays readable.")
    private boolean acceptUnreadable;

    private final List<Result> results = new ArrayList<>();

    @Override
    protected int run() throws IOException {
        Path given = Objects.requireNonNull(what, "picocli requires it");
        int code = Files.isDirectory(given) ? plan(new PlanFolder(given), given) : file(given);
        output().result(Map.of("rollouts", results), out -> {
            results.forEach(result -> print(result, out));
            if (results.isEmpty()) {
                out.println("Nothing is left to be rolled out.");
            }
        });
        return code;
    }

    private int plan(PlanFolder folder, Path path) {
        if (at != null || fresh != null || record != null) {
            throw usage("--at, --fresh and --record go with a file; a plan has its sites and records.");
        }
        MergePlan plan = folder.read();
        Map<Side, Stage> finished = new EnumMap<>(Side.class);
        for (Stage stage : plan.stages()) {
            RolloutTarget target = RolloutTarget.of(stage, folder.before(plan, stage));
            try (RolloutRecord kept = record(path, stage)) {
                if (kept.isFinished(target)) {
                    finished.put(stage.site(), stage);
                } else if (stage.n() <= toStage && (!back || kept.isUnderWay())) {
                    finished.remove(stage.site());
                    int code = roll(stage.site().toString(), target, kept);
                    if (code != ExitCodes.DONE || dryRun || back) {
                        return code;
                    }
                }
            }
        }
        if (back) {
            throw new UnsafeToProceedException("Nothing of " + path + " is under way that could be taken back.");
        }
        return again(plan, folder, path, finished);
    }

    /** Where nothing was left to be done at a site, that it is as its last stage left it is looked at, not taken for granted. */
    private int again(MergePlan plan, PlanFolder folder, Path path, Map<Side, Stage> finished) {
        for (Stage stage : finished.values()) {
            boolean last = plan.stages().stream()
                    .noneMatch(later -> later.site() == stage.site() && later.n() > stage.n() && later.n() <= toStage);
            if (last) {
                try (RolloutRecord kept = record(path, stage)) {
                    int code = roll(stage.site().toString(), RolloutTarget.of(stage, folder.before(plan, stage)), kept);
                    if (code != ExitCodes.DONE) {
                        return code;
                    }
                }
            }
        }
        return ExitCodes.DONE;
    }

    private static RolloutRecord record(Path plan, Stage stage) {
        return RolloutRecord.open(plan.resolve(stage.n() + "-" + stage.site() + ".rollout.json"));
    }

    private int file(Path path) throws IOException {
        if (at == null) {
            throw usage("Missing required option '--at': the site whose nodes are to have the file");
        }
        RolloutTarget target = RolloutTarget.of(Bytes.wrap(read(path)), path.toString());
        try (RolloutRecord kept = RolloutRecord.open(
                record == null ? path.resolveSibling(path.getFileName() + "." + at + ".rollout.json") : record)) {
            return roll(at, target, kept);
        }
    }

    private int roll(String site, RolloutTarget target, RolloutRecord kept) {
        return rollout(site, kept, rollout -> {
            Result result;
            if (dryRun) {
                result = Result.of(site, target, "could be done", rollout.check(target));
            } else {
                result = Result.of(site, target, back ? rollout.back() : rollout.run(target));
            }
            results.add(result);
            return result.code();
        });
    }

    private int rollout(String site, RolloutRecord kept, Function<EncryptionRollout, Integer> work) {
        return withNodes(site, nodes -> {
            String path = fresh;
            if (path != null) {
                List<FreshNode> all = nodes.stream()
                        .map(node -> new FreshNode(node, path, manifest()))
                        .toList();
                return work.apply(EncryptionRollout.ofFresh(all, kept, steps()));
            }
            List<StaticPodApiserver> servers = nodes.stream().map(this::server).toList();
            return withEtcd(site, store -> {
                SiteValues values = new SiteValues(store, new LocalValueCipher());
                RolloutOptions options =
                        acceptUnreadable ? RolloutOptions.DEFAULTS.acceptingUnreadable() : RolloutOptions.DEFAULTS;
                return work.apply(EncryptionRollout.of(servers, values, kept, options, steps()));
            });
        });
    }

    private StaticPodApiserver server(NodeAccess node) {
        return new StaticPodApiserver(node, apiserver());
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read " + file + ": is it there, and may you read it?");
        }
    }

    private static void print(Result result, PrintWriter out) {
        out.println(result.site() + ", " + result.title() + ": " + result.outcome());
        for (NodeReport node : result.nodes()) {
            out.println("  " + node.node() + ": " + node.state().name().toLowerCase(Locale.ROOT)
                    + (node.detail().isEmpty() ? "" : ", " + node.detail()));
        }
        if (result.rewritten() != null) {
            out.println("  values rewritten: " + result.rewritten());
        }
        if (result.unreadable() != null) {
            out.println("  values that cannot be read: " + result.unreadable());
        }
        if (result.why() != null) {
            out.println("  " + result.why());
        }
    }

    /** The JSON form of one rollout. */
    private record Result(
            String site,
            String title,
            String outcome,
            List<NodeReport> nodes,
            @Nullable Long rewritten,
            @Nullable Long unreadable,
            @Nullable String why) {

        static Result of(String site, RolloutTarget target, String outcome, List<NodeReport> nodes) {
            return new Result(site, target.title(), outcome, nodes, null, null, null);
        }

        static Result of(String site, RolloutTarget target, RolloutReport report) {
            Optional<Inspection> inspection = report.inspection();
            return new Result(
                    site,
                    target.title(),
                    word(report.outcome()),
                    report.nodes(),
                    report.rewrite().map(RewriteReport::rewritten).orElse(null),
                    inspection
                            .map(values -> values.unreadable() + values.misread())
                            .orElse(null),
                    report.why().orElse(null));
        }

        private static String word(Outcome outcome) {
            return switch (outcome) {
                case DONE -> "done";
                case ROLLED_BACK -> "put back";
                case UNFINISHED -> "unfinished";
            };
        }

        int code() {
            return switch (outcome) {
                case "put back" -> ExitCodes.WANTING;
                case "unfinished" -> ExitCodes.UNREACHABLE;
                default -> ExitCodes.DONE;
            };
        }
    }
}
