package io.drkit.rollout;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.encryption.RewriteReport;
import io.drkit.keystore.Bytes;
import io.drkit.rollout.AsLeft.Trouble;
import io.drkit.rollout.EncryptedApiserver.Installation;
import io.drkit.rollout.Rollout.Entry;
import io.drkit.rollout.Rollout.Mark;
import io.drkit.rollout.RolloutReport.NodeReport;
import io.drkit.rollout.RolloutReport.NodeState;
import io.drkit.rollout.RolloutReport.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings an encryption configuration to every kube-apiserver of a site, one after another, and does what its plan says then. When anything goes
 * wrong on a node, all are put back as they were, the last one first.
 *
 * <p>Nothing is touched unless everything is well: every node answers, has the file that is expected there, room, and a server that is ready and has
 * read it; servers with the old file and with the new one read what either of them writes; all that the site has stored is readable with both; and etcd
 * knows of no kube-apiserver that is left out. Before each node, and in the end, all are looked at again. So at every moment, also in between and on
 * the way back, every server reads everything that was written by one of them; what something else, a mirror say, stored meanwhile and only the new
 * file reads is told when it goes back. On the way back, the last server that is ready is never restarted.
 *
 * <p>Killed anywhere, it goes on when it is run again with the same record, or goes on going back where it was. Interrupted, it stops where it is.
 * Two with records of their own, on two machines, find each other out only in the end: see to it that one is at work. Blocks; one thread at a time.
 */
public final class EncryptionRollout {

    private final List<EncryptedApiserver> servers;
    private final @Nullable SiteValues values;
    private final RolloutOptions options;
    private final Preflight preflight;
    private final RolloutRecord record;
    private final Consumer<String> progress;
    private final Map<String, String> details = new LinkedHashMap<>();

    private EncryptionRollout(
            List<? extends EncryptedApiserver> servers,
            @Nullable SiteValues values,
            RolloutRecord record,
            RolloutOptions options,
            Consumer<String> progress) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("A rollout needs at least one node.");
        }
        this.servers = List.copyOf(servers);
        this.values = values;
        this.options = options;
        this.preflight = new Preflight(servers, values, options.acceptUnreadable());
        this.record = record;
        this.progress = progress;
    }

    /**
     * To a site that is at work.
     *
     * @param servers all of the site's; one that were left out could not read what the others write
     * @param values what they have stored
     * @param record where it is kept; not closed
     * @param progress is told, in the calling thread, a sentence at each step
     */
    public static EncryptionRollout of(
            List<? extends EncryptedApiserver> servers,
            SiteValues values,
            RolloutRecord record,
            RolloutOptions options,
            Consumer<String> progress) {
        return new EncryptionRollout(servers, values, record, options, progress);
    }

    /** To nodes that have no kube-apiserver yet: the file is put there, and that is all. */
    public static EncryptionRollout ofFresh(List<FreshNode> nodes, RolloutRecord record, Consumer<String> progress) {
        return new EncryptionRollout(nodes, null, record, RolloutOptions.DEFAULTS, progress);
    }

    /**
     * Looks whether it could begin, or go on. Changes nothing.
     *
     * @return what would be done on each node
     * @throws DrException as {@link #run} does before it touches anything
     */
    public List<NodeReport> check(RolloutTarget target) {
        Optional<Rollout> underWay = underWay(target);
        if (underWay.isPresent()) {
            boolean back = underWay.get().back();
            Optional<Trouble> trouble = back ? Optional.empty() : asLeft(underWay.get());
            if (trouble.isPresent()) {
                throw trouble.get().refusal();
            }
            return nodes(underWay.get(), back ? "goes back" : "goes on");
        }
        boolean touches = touchesNodes(target);
        List<ApiserverState> states = touches ? preflight.check(target) : preflight.checkInstalled(target);
        List<NodeReport> reports = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            String what = (states.get(i).holds(target.file()) ? "has " : "gets ")
                    + states.get(i).path();
            reports.add(new NodeReport(servers.get(i).name(), NodeState.UNTOUCHED, touches ? what : "stays as it is"));
        }
        return reports;
    }

    /**
     * Rolls out, or goes on with what an earlier run left.
     *
     * @throws SiteUnreachableException when a node or the site's etcd does not answer; nothing, or nothing more, was touched
     * @throws UnsafeToProceedException when something is not as it must be; nothing, or nothing more, was touched
     * @throws IllegalArgumentException when the record cannot be written; nothing was touched
     */
    public RolloutReport run(RolloutTarget target) {
        Optional<Rollout> underWay = underWay(target);
        if (underWay.isPresent() && underWay.get().back()) {
            return goBack(
                    underWay.get(), "An earlier run went back and did not come to its end. Run it again to roll out.");
        }
        if (!touchesNodes(target)) {
            return finish(target, List.of(), preflight.prefix(preflight.checkInstalled(target)));
        }
        if (underWay.isPresent()) {
            return goOn(target, underWay.get());
        }
        if (record.isFinished(target)) {
            List<ApiserverState> states = preflight.look();
            if (states.stream().allMatch(state -> state.ready() && state.holds(target.file()))) {
                servers.forEach(server -> details.put(server.name(), "had it already"));
                return finish(target, entries(states, Mark.INSTALLED), preflight.prefix(states));
            }
        }
        List<ApiserverState> states = preflight.check(target);
        Rollout begun = Rollout.begin(target, entries(states, Mark.UNTOUCHED));
        record.keep(begun);
        return forward(target, begun, preflight.prefix(states));
    }

    /**
     * Takes back what is under way: every node is put back as it was before it began. Run again it goes on. Nodes that are gone for good may be left out.
     *
     * @throws UnsafeToProceedException when nothing is under way, when what is was begun on other nodes, or when something was stored since that the
     *     old file does not read and that is not accepted; nothing was touched
     */
    public RolloutReport back() {
        Rollout rollout = record.rollout()
                .filter(each -> !each.isFinished())
                .orElseThrow(() -> new UnsafeToProceedException(
                        "Nothing is under way by " + record + " that could be taken back."))
                .only(servers.stream().map(EncryptedApiserver::name).toList());
        requireSameNodes(rollout);
        String lost = preflight.lostByGoingBack(rollout);
        if (!lost.isEmpty() && !options.acceptUnreadable()) {
            throw new UnsafeToProceedException("It is not taken back: " + lost + " Accept that, or let it go on.");
        }
        return goBack(rollout, "It was taken back, as asked.");
    }

    private RolloutReport goOn(RolloutTarget target, Rollout left) {
        List<ApiserverState> states = preflight.look();
        Optional<Trouble> trouble = asLeft(left);
        if (trouble.isPresent()) {
            if (trouble.get().isAnothers()) {
                throw trouble.get().refusal();
            }
            return goBack(left, trouble.get().text());
        }
        return forward(target, left.seen(states), preflight.prefix(states));
    }

    private RolloutReport forward(RolloutTarget target, Rollout begun, String prefix) {
        Rollout rollout = begun;
        for (int i = 0; i < servers.size(); i++) {
            String node = servers.get(i).name();
            Mark mark = rollout.entries().get(i).mark();
            if (mark == Mark.INSTALLED) {
                details.put(node, "an earlier run installed it");
                continue;
            }
            try {
                record.keep(rollout.with(i, Mark.BEGUN));
                rollout = rollout.with(i, Mark.BEGUN);
                try {
                    install(servers.get(i), target, rollout.entries().get(i).before());
                } catch (SiteUnreachableException | UnsafeToProceedException e) {
                    // Nothing was changed there, and so there is nothing to put back.
                    rollout = rollout.with(i, mark);
                    throw e;
                }
                requireReadable(target, servers.get(i), rollout.entries().get(i).before(), prefix);
                rollout = rollout.with(i, Mark.INSTALLED);
                record.keep(rollout);
            } catch (RuntimeException e) {
                details.put(node, String.valueOf(e.getMessage()));
                return failed(rollout, node + ": " + e.getMessage());
            }
            Optional<Trouble> trouble = asLeft(rollout);
            if (trouble.isPresent()) {
                return trouble.get().isAnothers()
                        ? report(Outcome.UNFINISHED, rollout, trouble.get().text())
                        : failed(rollout, trouble.get().text());
            }
        }
        return finish(target, rollout.entries(), prefix);
    }

    private RolloutReport failed(Rollout rollout, String why) {
        return Thread.currentThread().isInterrupted()
                ? report(Outcome.UNFINISHED, rollout, "It was stopped. Run it again to go on. " + why)
                : goBack(rollout, why);
    }

    private void install(EncryptedApiserver server, RolloutTarget target, ApiserverState before) {
        progress.accept(server.name() + ": installing " + target.title());
        Installation done = server.install(target.file(), before);
        details.put(
                server.name(),
                done.how()
                        + done.backup().map(path -> "; the old file is " + path).orElse(""));
        progress.accept(server.name() + ": " + done.how() + ", ready");
    }

    private void requireReadable(
            RolloutTarget target, EncryptedApiserver server, ApiserverState before, String prefix) {
        if (values != null) {
            preflight.requireReadable(target, Preflight.config(server.name(), before), prefix);
        }
    }

    /** Every node has the file. What follows is done again when it is run again; nothing is put back for it. */
    private RolloutReport finish(RolloutTarget target, List<Entry> entries, String prefix) {
        Rollout rollout = Rollout.begin(target, entries);
        Optional<RewriteReport> rewrite = Optional.empty();
        try {
            if (target.then().contains(Action.REWRITE)) {
                progress.accept("rewriting what is not under the key that writes");
                rewrite = Optional.of(Objects.requireNonNull(values).rewrite(target.config(), prefix));
                // What a lease holds vanishes, or is written anew, by itself; no stage takes away a key that it needs.
                if (rewrite.get().unreadable()
                                + rewrite.get().needsPlugin()
                                + rewrite.get().contended()
                        > 0) {
                    return report(Outcome.UNFINISHED, rollout, left(rewrite.get()), rewrite);
                }
            }
            Optional<Inspection> inspection = preflight.verify(target, prefix);
            record.keep(rollout.finished());
            return new RolloutReport(Outcome.DONE, nodes(rollout, ""), Optional.empty(), inspection, rewrite);
        } catch (DrException e) {
            return report(
                    Outcome.UNFINISHED,
                    rollout,
                    e.getMessage() + " Every node has the file; run it again to go on.",
                    rewrite);
        }
    }

    private static String left(RewriteReport rewrite) {
        return "Values are left that could not be rewritten: " + rewrite.unreadable() + " that no key reads, "
                + rewrite.needsPlugin()
                + " that need a KMS plugin, " + rewrite.contended() + " that changed all the time; for one "
                + rewrite.left().stream().findFirst().map(Bytes::printable).orElse("none")
                + ". Every node has the file; see 'encryption inspect', and run it again to go on.";
    }

    /** Goes on with the other nodes where one cannot be put back, but never restarts the last server that is ready. */
    private RolloutReport goBack(Rollout begun, String why) {
        Rollout rollout = begun.goingBack();
        keepIfPossible(rollout);
        boolean all = true;
        for (int i = rollout.entries().size() - 1; i >= 0; i--) {
            Entry entry = rollout.entries().get(i);
            if (entry.mark() != Mark.BEGUN && entry.mark() != Mark.INSTALLED) {
                continue;
            }
            try {
                EncryptedApiserver server = server(entry.node());
                new AsLeft(servers, options.patience()).requireAnother(server);
                progress.accept(entry.node() + ": putting back what was there");
                server.restore(entry.before(), rollout.file());
                rollout = rollout.with(i, Mark.RESTORED);
                keepIfPossible(rollout);
                progress.accept(entry.node() + ": is as it was");
            } catch (RuntimeException e) {
                all = false;
                details.put(entry.node(), String.valueOf(e.getMessage()));
                progress.accept(entry.node() + ": could not be put back: " + e.getMessage());
            }
            if (Thread.currentThread().isInterrupted()) {
                all = false;
                break;
            }
        }
        String lost = preflight.lostByGoingBack(rollout);
        String told = lost.isEmpty() ? why : why + " ATTENTION: " + lost;
        if (!all) {
            return report(
                    Outcome.UNFINISHED, rollout, told + " Not all could be put back; run it again to go on with that.");
        }
        record.clear();
        return report(Outcome.ROLLED_BACK, rollout, told);
    }

    /** Going back goes on without: what was kept before leads here again. */
    private void keepIfPossible(Rollout rollout) {
        try {
            record.keep(rollout);
        } catch (RuntimeException e) {
            progress.accept(String.valueOf(e.getMessage()));
        }
    }

    private Optional<Trouble> asLeft(Rollout rollout) {
        return new AsLeft(servers, options.patience()).trouble(rollout);
    }

    /** The rollout of this that has not ended. */
    private Optional<Rollout> underWay(RolloutTarget target) {
        Optional<Rollout> rollout = record.rollout().filter(each -> !each.isFinished());
        rollout.ifPresent(each -> {
            if (!each.isOf(target)) {
                throw new UnsafeToProceedException("A rollout of " + each.title() + " has not come to its end, by "
                        + record + ". Run that again, or take it back, before another.");
            }
            requireSameNodes(each);
        });
        return rollout;
    }

    private void requireSameNodes(Rollout rollout) {
        List<String> then = rollout.entries().stream().map(Entry::node).toList();
        List<String> now = servers.stream().map(EncryptedApiserver::name).toList();
        if (!then.equals(now)) {
            throw new UnsafeToProceedException(
                    "The rollout of " + rollout.title() + " was begun on " + then + ", and now it is " + now
                            + ". Name the same nodes in the same order; to take it back, those that are gone for good may be left out.");
        }
    }

    private EncryptedApiserver server(String name) {
        return servers.stream()
                .filter(server -> server.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name));
    }

    private List<Entry> entries(List<ApiserverState> states, Mark mark) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            entries.add(new Entry(servers.get(i).name(), states.get(i), mark));
        }
        return entries;
    }

    private static boolean touchesNodes(RolloutTarget target) {
        return target.then().contains(Action.RESTART);
    }

    private RolloutReport report(Outcome outcome, Rollout rollout, String why) {
        return report(outcome, rollout, why, Optional.empty());
    }

    private RolloutReport report(Outcome outcome, Rollout rollout, String why, Optional<RewriteReport> rewrite) {
        return new RolloutReport(outcome, nodes(rollout, ""), Optional.of(why), Optional.empty(), rewrite);
    }

    private List<NodeReport> nodes(Rollout rollout, String otherwise) {
        return rollout.entries().stream()
                .map(entry -> new NodeReport(
                        entry.node(), state(entry.mark()), details.getOrDefault(entry.node(), otherwise)))
                .toList();
    }

    private static NodeState state(Mark mark) {
        return switch (mark) {
            case UNTOUCHED -> NodeState.UNTOUCHED;
            case BEGUN -> NodeState.OPEN;
            case INSTALLED -> NodeState.INSTALLED;
            case RESTORED -> NodeState.RESTORED;
        };
    }
}
