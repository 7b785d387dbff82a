package io.drkit.rollout;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.keystore.Bytes;
import io.drkit.rollout.Rollout.Entry;
import io.drkit.rollout.SiteValues.Comparison;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold before anything is touched. Each check either passes or says in one sentence why nothing is done. */
final class Preflight {

    /** For the new file, the backup of the old one, and to spare. */
    private static final long ROOM_BYTES = 16 << 20;

    private final List<? extends EncryptedApiserver> servers;
    private final @Nullable SiteValues values;
    private final boolean acceptUnreadable;

    Preflight(List<? extends EncryptedApiserver> servers, @Nullable SiteValues values, boolean acceptUnreadable) {
        this.servers = servers;
        this.values = values;
        this.acceptUnreadable = acceptUnreadable;
    }

    /** Looks at all of them, so that everything that is wrong is told at once. */
    List<ApiserverState> look() {
        List<ApiserverState> states = new ArrayList<>();
        List<DrException> failures = new ArrayList<>();
        for (EncryptedApiserver server : servers) {
            try {
                states.add(server.look());
            } catch (SiteUnreachableException | UnsafeToProceedException e) {
                failures.add(e);
            }
        }
        if (failures.isEmpty()) {
            return states;
        }
        String all =
                String.join(" ", failures.stream().map(Throwable::getMessage).toList());
        if (failures.stream().anyMatch(UnsafeToProceedException.class::isInstance)) {
            throw new UnsafeToProceedException(all);
        }
        throw new SiteUnreachableException(all, failures.get(0));
    }

    /** All that must hold for a rollout to begin. */
    List<ApiserverState> check(RolloutTarget target) {
        List<ApiserverState> states = look();
        requireDistinct(states);
        requireWell(states);
        requireExpected(target, states);
        if (values != null) {
            requireKnown(states, values.apiservers(prefix(states)));
            Set<EncryptionConfig> inUse = new LinkedHashSet<>();
            for (int i = 0; i < states.size(); i++) {
                inUse.add(config(name(i), states.get(i)));
            }
            inUse.forEach(config -> requireSideBySide(target.config(), config));
            inUse.forEach(config -> requireReadable(target, config, prefix(states)));
            requireRewritable(target, states, values);
        }
        return states;
    }

    /** For what is done without touching a node: that every node has the file by now. */
    List<ApiserverState> checkInstalled(RolloutTarget target) {
        List<ApiserverState> states = look();
        requireWell(states);
        for (int i = 0; i < states.size(); i++) {
            if (!config(name(i), states.get(i)).equals(target.config())) {
                throw new UnsafeToProceedException(states.get(i).path() + " on " + name(i) + " does not say what "
                        + target.title() + " does, so nothing is rewritten. Roll out the stage before it first.");
            }
        }
        if (values != null) {
            requireKnown(states, values.apiservers(prefix(states)));
            requireRewritable(target, states, values);
        }
        return states;
    }

    private void requireRewritable(RolloutTarget target, List<ApiserverState> states, SiteValues values) {
        if (target.then().contains(Action.REWRITE)) {
            values.requireNoMirror(target.config(), prefix(states));
        }
    }

    /** kube-apiserver's prefix, the same on all nodes. */
    String prefix(List<ApiserverState> states) {
        Set<String> prefixes = new LinkedHashSet<>();
        states.forEach(state -> prefixes.add(state.registryPrefix()));
        if (prefixes.size() > 1) {
            throw new UnsafeToProceedException(
                    "The kube-apiservers have different --etcd-prefix, so they are not of one site: " + prefixes);
        }
        return prefixes.iterator().next();
    }

    /** That the new file reads everything, and the one of before as well; or, where that is accepted, all that the one of before does. */
    void requireReadable(RolloutTarget target, EncryptionConfig before, String prefix) {
        if (values == null) {
            return;
        }
        Comparison found = values.compare(before, target.config(), prefix);
        if (found.lost() > 0) {
            throw new UnsafeToProceedException(
                    "With " + target.title() + ", kube-apiserver could no longer read " + found.lost()
                            + " of the values that the site's etcd holds, for one "
                            + found.firstLost().get(0).printable() + ". See 'encryption inspect'.");
        }
        if (found.unreadableBefore() > 0 && !acceptUnreadable) {
            throw new UnsafeToProceedException("With the file that the nodes have now, " + found.unreadableBefore()
                    + " of the values that the site's etcd holds cannot be read: are they this site's nodes and etcd? See"
                    + " 'encryption inspect'; if it is known and this is to mend it, accept that.");
        }
    }

    /** What going back makes unreadable, or that it cannot be told, as a sentence; empty for nothing. */
    String lostByGoingBack(Rollout rollout) {
        if (values == null) {
            return "";
        }
        try {
            Entry first = rollout.entries().get(0);
            EncryptionConfig target = EncryptionConfig.parse(rollout.file().utf8(), rollout.title());
            Comparison found = values.compare(target, config(first.node(), first.before()), anyPrefix());
            return found.lost() == 0
                    ? ""
                    : found.lost() + " values that were stored since, for one "
                            + found.firstLost().get(0).printable() + ", cannot be read with the old file.";
        } catch (DrException e) {
            return "It cannot be told whether all that was stored since can be read with the old file: "
                    + e.getMessage();
        }
    }

    /** As the first that answers tells it: one that is gone must not hide what going back does. */
    private String anyPrefix() {
        Optional<SiteUnreachableException> failure = Optional.empty();
        for (EncryptedApiserver server : servers) {
            try {
                return server.look().registryPrefix();
            } catch (SiteUnreachableException e) {
                failure = Optional.of(e);
            }
        }
        throw failure.orElseThrow();
    }

    /** What the new file makes of the site's values in the end. Empty where there are none to look at. */
    Optional<Inspection> verify(RolloutTarget target, String prefix) {
        if (values == null) {
            return Optional.empty();
        }
        Inspection inspection = values.inspect(target.config(), prefix);
        if (!inspection.isReadable() && !acceptUnreadable) {
            throw new UnsafeToProceedException("With " + target.title() + ", "
                    + (inspection.unreadable() + inspection.misread())
                    + " of the values that the site's etcd holds cannot be read. See 'encryption inspect'.");
        }
        return Optional.of(inspection);
    }

    private void requireDistinct(List<ApiserverState> states) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < states.size(); i++) {
            String server = states.get(i).server();
            if (!seen.add("name " + name(i)) || (!server.isEmpty() && !seen.add(server))) {
                throw new UnsafeToProceedException(name(i) + " is given twice, perhaps under two names.");
            }
        }
    }

    /**
     * That the servers are those which the site's etcd knows to be alive, as far as it tells: one that were left out could not read what the others
     * write, and one that it does not know has another etcd.
     */
    private void requireKnown(List<ApiserverState> states, List<String> alive) {
        if (alive.isEmpty()) {
            return;
        }
        List<String> addresses = states.stream().map(ApiserverState::address).toList();
        List<String> leftOut = new ArrayList<>(alive);
        leftOut.removeAll(addresses);
        if (alive.size() > states.size() || (!leftOut.isEmpty() && !addresses.contains(""))) {
            throw new UnsafeToProceedException(
                    "The site's etcd knows of kube-apiservers that are alive and not among the nodes"
                            + " that were given: " + String.join(", ", leftOut) + ". Name all of the site's nodes.");
        }
        for (int i = 0; i < states.size(); i++) {
            if (!addresses.get(i).isEmpty() && !alive.contains(addresses.get(i))) {
                throw new UnsafeToProceedException("The kube-apiserver on " + name(i) + " (" + addresses.get(i)
                        + ") is not among those that the site's etcd knows (" + String.join(", ", alive)
                        + "): are they of one site?");
            }
        }
    }

    private void requireWell(List<ApiserverState> states) {
        for (int i = 0; i < states.size(); i++) {
            requireWell(name(i), states.get(i));
        }
    }

    private static void requireWell(String name, ApiserverState state) {
        if (!state.ready()) {
            throw new UnsafeToProceedException("The kube-apiserver on " + name + " is not ready (" + state.unready()
                    + "), and nothing is rolled out to a site that is not well.");
        }
        if (!state.obstacle().isEmpty()) {
            throw new UnsafeToProceedException(
                    state.path() + " on " + name + " is not replaced: " + state.obstacle() + ".");
        }
        if (state.freeBytes() < ROOM_BYTES) {
            throw new UnsafeToProceedException("Where " + state.path() + " lies on " + name + " only "
                    + state.freeBytes() / 1024 + " KiB are free; " + ROOM_BYTES / 1024 + " are wanted.");
        }
    }

    private void requireExpected(RolloutTarget target, List<ApiserverState> states) {
        Map<Optional<Bytes>, List<String>> holders = new LinkedHashMap<>();
        for (int i = 0; i < states.size(); i++) {
            Optional<Bytes> file = states.get(i).file();
            boolean isTarget = file.equals(Optional.of(target.file()))
                    || (file.isPresent() && config(name(i), states.get(i)).equals(target.config()));
            if (isTarget) {
                continue;
            }
            holders.computeIfAbsent(file, each -> new ArrayList<>()).add(name(i));
            if (target.before().isPresent()
                    && !config(name(i), states.get(i)).equals(target.before().get())) {
                throw new UnsafeToProceedException(states.get(i).path() + " on " + name(i)
                        + " is neither what the plan was made from nor what " + target.title()
                        + " makes of it. Were stages left out, or was it changed since? Then make a new plan.");
            }
            if (values == null && file.isPresent()) {
                throw new UnsafeToProceedException(name(i) + " has another "
                        + states.get(i).path() + " already. Look whose it is, and move it away.");
            }
        }
        if (holders.size() > 1 && target.before().isEmpty()) {
            throw new UnsafeToProceedException(
                    "The nodes have different files, and only one that is the same on all is replaced: "
                            + String.join(
                                    "; ",
                                    holders.values().stream()
                                            .map(names -> String.join(", ", names))
                                            .toList())
                            + ". Make them the same first.");
        }
    }

    private static void requireSideBySide(EncryptionConfig target, EncryptionConfig now) {
        if (!now.readsWhatIsWrittenWith(target)) {
            throw new UnsafeToProceedException(
                    "kube-apiservers with the file that the nodes have now would not read what one"
                            + " with the new file writes, so it cannot be rolled out node by node. Plan it in stages ('encryption plan').");
        }
        if (!target.readsWhatIsWrittenWith(now)) {
            throw new UnsafeToProceedException(
                    "A kube-apiserver with the new file would not read what those with the file that"
                            + " the nodes have now write, so it cannot be rolled out node by node. Plan it in stages ('encryption plan').");
        }
    }

    /** What a node's file says. */
    static EncryptionConfig config(String node, ApiserverState state) {
        String source = state.path() + " on " + node;
        Bytes file = state.file()
                .orElseThrow(() ->
                        new UnsafeToProceedException("There is no " + source + ", though its manifest names it."));
        try {
            return EncryptionConfig.parse(file.utf8(), source);
        } catch (IllegalArgumentException e) {
            throw new UnsafeToProceedException(e.getMessage() + " Nothing is rolled out over what is not understood.");
        }
    }

    private String name(int index) {
        return servers.get(index).name();
    }
}
