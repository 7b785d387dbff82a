package io.drkit.rollout;

import io.drkit.DrException;
import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.encryption.RewriteReport;
import io.drkit.keystore.Bytes;
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
 * <p>Nothing is touched unless everything is well: every node answers, has the file that is expected there, room, and a server that is ready; servers
 * with the old file and with the new one read what either of them writes; all that the site has stored is readable with both; and etcd knows of no
 * kube-apiserver that is left out. So at every moment, also in between and on the way back, every server reads everything.
 *
 * <p>Killed anywhere, it goes on when it is run again with the same record, or goes on going back where it was. Interrupted, it stops where it is.
 * Blocks; one thread at a time.
 */
public final class EncryptionRollout {

    private final List<EncryptedApiserver> servers;
    private final @Nullable SiteValues values;
    private final Preflight preflight;
    private final RolloutRecord record;
    private final Consumer<String> progress;
    private final Map<String, String> details = new LinkedHashMap<>();

    private EncryptionRollout(
            List<? extends EncryptedApiserver> servers,
            @Nullable SiteValues values,
            RolloutRecord record,
            Consumer<String> progress,
            boolean acceptUnreadable) {
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("A rollout needs at least one node.");
        }
        this.servers = List.copyOf(servers);
        this.values = values;
        this.preflight = new Preflight(servers, values, acceptUnreadable);
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
            Consumer<String> progress) {
        return new EncryptionRollout(servers, values, record, progress, false);
    }

    /** To nodes that have no kube-apiserver yet: the file is put there, and that is all. */
    public static EncryptionRollout ofFresh(List<FreshNode> nodes, RolloutRecord record, Consumer<String> progress) {
        return new EncryptionRollout(nodes, null, record, progress, false);
    }

    /**
     * The same, also where the site's etcd holds values that its kube-apiservers cannot read, provided that the new file reads no fewer: copies of the
     * other site's, say, which the file is to make readable.
     */
    public EncryptionRollout acceptingUnreadable() {
        return new EncryptionRollout(servers, values, record, progress, true);
    }

    /**
     * Looks whether it could begin, or go on. Changes nothing.
     *
     * @return what would be done on each node
     * @throws DrException as {@link #run} does before it touches anything
     */
    public List<NodeReport> check(RolloutTarget target) {
        Optional<Rollout> underWay = underWay(target);
        List<NodeReport> reports = new ArrayList<>();
        List<ApiserverState> states = underWay.isPresent()
                ? preflight.look()
                : touchesNodes(target) ? preflight.check(target) : preflight.checkInstalled(target);
        for (int i = 0; i < states.size(); i++) {
            boolean has = states.get(i).file().equals(Optional.of(target.file()));
            String what = !touchesNodes(target)
                    ? "stays as it is"
                    : (has ? "has " : "gets ") + states.get(i).path();
            NodeState state =
                    underWay.isPresent() ? state(underWay.get().entries().get(i).mark()) : NodeState.UNTOUCHED;
            reports.add(new NodeReport(servers.get(i).name(), state, what));
        }
        return reports;
    }

    /**
     * Rolls out, or goes on with what an earlier run left.
     *
     * @throws io.drkit.SiteUnreachableException when a node or the site's etcd does not answer; nothing, or nothing more, was touched
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
            List<ApiserverState> states = preflight.look();
            return forward(target, resumed(underWay.get(), states), preflight.prefix(states));
        }
        if (record.isFinished(target)) {
            List<ApiserverState> states = preflight.look();
            if (states.stream().allMatch(state -> state.ready() && state.file().equals(Optional.of(target.file())))) {
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
     * Takes back what is under way: every node is put back as it was before it began. Run again it goes on.
     *
     * @throws UnsafeToProceedException when nothing is under way, or what is was begun on other nodes
     */
    public RolloutReport back() {
        Rollout rollout = record.rollout()
                .filter(each -> !each.isFinished())
                .orElseThrow(() -> new UnsafeToProceedException(
                        "Nothing is under way by " + record + " that could be taken back."));
        requireSameNodes(rollout);
        return goBack(rollout, "It was taken back, as asked.");
    }

    private RolloutReport forward(RolloutTarget target, Rollout begun, String prefix) {
        Rollout rollout = begun;
        for (int i = 0; i < servers.size(); i++) {
            if (rollout.entries().get(i).mark() == Mark.INSTALLED) {
                details.put(servers.get(i).name(), "an earlier run installed it");
                continue;
            }
            try {
                rollout = rollout.with(i, Mark.BEGUN);
                record.keep(rollout);
                install(servers.get(i), target, rollout.entries().get(i).before(), prefix);
                rollout = rollout.with(i, Mark.INSTALLED);
                record.keep(rollout);
            } catch (RuntimeException e) {
                String why = servers.get(i).name() + ": " + e.getMessage();
                if (Thread.currentThread().isInterrupted()) {
                    return report(Outcome.UNFINISHED, rollout, "It was stopped. Run it again to go on. " + why);
                }
                details.put(servers.get(i).name(), String.valueOf(e.getMessage()));
                return goBack(rollout, why);
            }
        }
        return finish(target, rollout.entries(), prefix);
    }

    private void install(EncryptedApiserver server, RolloutTarget target, ApiserverState before, String prefix) {
        progress.accept(server.name() + ": installing " + target.title());
        Installation done = server.install(target.file(), before);
        details.put(
                server.name(),
                done.how()
                        + done.backup().map(path -> "; the old file is " + path).orElse(""));
        progress.accept(server.name() + ": " + done.how() + ", ready");
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
                RewriteReport rewritten = Objects.requireNonNull(values).rewrite(target.config(), prefix);
                rewrite = Optional.of(rewritten);
                if (!rewritten.isComplete()) {
                    return report(
                            Outcome.UNFINISHED, rollout, "Not every value could be rewritten. Run it again.", rewrite);
                }
            }
            Optional<Inspection> inspection = preflight.verify(target, prefix);
            record.keep(rollout.finished());
            return new RolloutReport(Outcome.DONE, nodes(rollout), Optional.empty(), inspection, rewrite);
        } catch (DrException e) {
            return report(
                    Outcome.UNFINISHED,
                    rollout,
                    e.getMessage() + " Every node has the file; run it again to go on.",
                    rewrite);
        }
    }

    /** Goes on with the other nodes where one cannot be put back: the fewer are left, the better. */
    private RolloutReport goBack(Rollout begun, String why) {
        Rollout rollout = begun.goingBack();
        keepIfPossible(rollout);
        boolean all = true;
        for (int i = servers.size() - 1; i >= 0 && !Thread.currentThread().isInterrupted(); i--) {
            Entry entry = rollout.entries().get(i);
            if (entry.mark() != Mark.BEGUN && entry.mark() != Mark.INSTALLED) {
                continue;
            }
            try {
                progress.accept(entry.node() + ": putting back what was there");
                servers.get(i).restore(entry.before(), rollout.file());
                rollout = rollout.with(i, Mark.RESTORED);
                keepIfPossible(rollout);
                progress.accept(entry.node() + ": is as it was");
            } catch (RuntimeException e) {
                all = false;
                details.put(entry.node(), String.valueOf(e.getMessage()));
                progress.accept(entry.node() + ": could not be put back: " + e.getMessage());
            }
        }
        if (!all || Thread.currentThread().isInterrupted()) {
            return report(
                    Outcome.UNFINISHED, rollout, why + " Not all could be put back; run it again to go on with that.");
        }
        record.clear();
        return report(Outcome.ROLLED_BACK, rollout, why);
    }

    /** Going back goes on without: what was kept before leads here again. */
    private void keepIfPossible(Rollout rollout) {
        try {
            record.keep(rollout);
        } catch (IllegalArgumentException e) {
            progress.accept(String.valueOf(e.getMessage()));
        }
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
            throw new UnsafeToProceedException("The rollout of " + rollout.title() + " was begun on " + then
                    + ", and now it is " + now + ". Name the same nodes in the same order.");
        }
    }

    /** What an earlier run left, if the nodes are as it left them. */
    private Rollout resumed(Rollout rollout, List<ApiserverState> states) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            Entry entry = rollout.entries().get(i);
            Optional<Bytes> file = states.get(i).file();
            boolean old = file.equals(entry.before().file());
            boolean installed = file.equals(Optional.of(rollout.file()));
            boolean asLeft = switch (entry.mark()) {
                case UNTOUCHED -> old && states.get(i).ready();
                case INSTALLED -> installed && states.get(i).ready();
                default -> old || installed;
            };
            if (!asLeft) {
                throw new UnsafeToProceedException(entry.node() + " is not as an earlier run left it: "
                        + (old || installed
                                ? "its kube-apiserver is not ready ("
                                        + states.get(i).unready() + ")"
                                : "another has changed " + entry.before().path())
                        + ". Look at it; then run it again, or take it back.");
            }
            entries.add(entry.mark() == Mark.UNTOUCHED ? new Entry(entry.node(), states.get(i), entry.mark()) : entry);
        }
        return new Rollout(rollout.title(), rollout.target(), rollout.file(), false, entries);
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
        return new RolloutReport(outcome, nodes(rollout), Optional.of(why), Optional.empty(), rewrite);
    }

    private List<NodeReport> nodes(Rollout rollout) {
        return rollout.entries().stream()
                .map(entry -> new NodeReport(entry.node(), state(entry.mark()), details.getOrDefault(entry.node(), "")))
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
