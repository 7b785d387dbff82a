package io.drkit.rollout;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.Inspection;
import io.drkit.keystore.Bytes;
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
        for (int i = 0; i < states.size(); i++) {
            requireWell(name(i), states.get(i));
        }
        requireExpected(target, states);
        if (values != null) {
            requireComplete(values.apiservers(prefix(states)));
            Set<EncryptionConfig> inUse = new LinkedHashSet<>();
            for (int i = 0; i < states.size(); i++) {
                inUse.add(config(i, states.get(i)));
            }
            inUse.forEach(config -> requireSideBySide(target.config(), config));
            inUse.forEach(config -> requireReadable(target, config, prefix(states)));
        }
        return states;
    }

    /** For what is done without touching a node: that every node has the file by now. */
    List<ApiserverState> checkInstalled(RolloutTarget target) {
        List<ApiserverState> states = look();
        for (int i = 0; i < states.size(); i++) {
            requireWell(name(i), states.get(i));
            if (!config(i, states.get(i)).equals(target.config())) {
                throw new UnsafeToProceedException(states.get(i).path() + " on " + name(i) + " does not say what "
                        + target.title() + " does, so nothing is rewritten. Roll out the stage before it first.");
            }
        }
        return states;
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

    /** That the new file reads everything, and the one of before as well; or, where that is accepted, no less than that. */
    void requireReadable(RolloutTarget target, EncryptionConfig before, String prefix) {
        long bad = unreadable(before, prefix);
        if (bad > 0 && !acceptUnreadable) {
            throw new UnsafeToProceedException("With the file that the nodes have now, " + bad
                    + " of the values that the site's etcd holds cannot be read: are they this site's nodes and etcd? See"
                    + " 'encryption inspect'; if it is known and this is to mend it, accept that.");
        }
        long then = unreadable(target.config(), prefix);
        if (then > bad) {
            throw new UnsafeToProceedException(
                    "With " + target.title() + ", " + then + " of the values that the site's etcd holds cannot be read"
                            + (bad == 0 ? "" : ", now " + bad) + ". See 'encryption inspect'.");
        }
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

    private long unreadable(EncryptionConfig config, String prefix) {
        if (values == null) {
            return 0;
        }
        Inspection inspection = values.inspect(config, prefix);
        return inspection.unreadable() + inspection.misread();
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

    /** One that were left out could not read what the others write. */
    private void requireComplete(List<String> alive) {
        if (alive.size() > servers.size()) {
            throw new UnsafeToProceedException("The site's etcd knows of " + alive.size()
                    + " kube-apiservers that are alive (" + String.join(", ", alive) + "), and " + servers.size()
                    + " nodes were given. Name all of them.");
        }
    }

    private static void requireWell(String name, ApiserverState state) {
        if (!state.ready()) {
            throw new UnsafeToProceedException("The kube-apiserver on " + name + " is not ready (" + state.unready()
                    + "), and nothing is rolled out to a site that is not well.");
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
                    || (file.isPresent() && config(i, states.get(i)).equals(target.config()));
            if (isTarget) {
                continue;
            }
            holders.computeIfAbsent(file, each -> new ArrayList<>()).add(name(i));
            if (target.before().isPresent()
                    && !config(i, states.get(i)).equals(target.before().get())) {
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

    private EncryptionConfig config(int index, ApiserverState state) {
        return config(name(index), state);
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
