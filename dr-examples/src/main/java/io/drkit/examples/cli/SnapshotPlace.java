package io.drkit.examples.cli;

import io.drkit.UnsafeToProceedException;
import io.drkit.node.NodeAccess;
import io.drkit.snapshot.NodeSnapshotFolder;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotSource;
import io.drkit.snapshot.SnapshotStore;
import io.drkit.snapshot.SnapshotStore.Kept;
import io.drkit.ssh.SshConnection;
import io.drkit.ssh.SshNodeAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** Where snapshots are kept, and the connection that is closed in the end. */
public final class SnapshotPlace implements AutoCloseable {

    private static final Pattern ON_NODE = Pattern.compile("(?<node>[A-Za-z0-9][A-Za-z0-9._-]*):(?<folder>/.*)");

    /** What clocks of different hosts may differ by. */
    private static final Duration CLOCKS_APART = Duration.ofMinutes(5);

    private final SnapshotStore store;
    private final @Nullable NodeAccess node;

    private SnapshotPlace(SnapshotStore store, @Nullable NodeAccess node) {
        this.store = store;
        this.node = node;
    }

    static SnapshotPlace of(String text, @Nullable Path config, Function<String, ParameterException> usage) {
        Matcher onNode = ON_NODE.matcher(text);
        if (!onNode.matches()) {
            return new SnapshotPlace(new SnapshotFolder(Path.of(text)), null);
        }
        if (config == null) {
            throw usage.apply("Missing required option '--config': the file that says how " + onNode.group("node")
                    + " is reached, under nodes:");
        }
        List<SshConnection> hosts = ConfigFile.read(config, System::getenv).nodes(onNode.group("node"));
        if (hosts.size() != 1) {
            throw usage.apply(onNode.group("node") + " in --config has " + hosts.size()
                    + " hosts, and a place for snapshots is one");
        }
        SshNodeAccess node = new SshNodeAccess(hosts.get(0));
        return new SnapshotPlace(new NodeSnapshotFolder(node, onNode.group("folder")), node);
    }

    public SnapshotStore store() {
        return store;
    }

    /**
     * One of the snapshots that are kept here.
     *
     * @param name empty for the newest that is in order
     * @throws IllegalArgumentException when there is none
     */
    public Snapshot snapshot(String name) throws IOException {
        List<Kept> kept = store.list();
        if (name.isEmpty()) {
            return kept.stream()
                    .flatMap(each -> each.sound().stream())
                    .reduce((earlier, later) -> later)
                    .orElseThrow(() -> new IllegalArgumentException("There is no snapshot in " + store.name() + "."));
        }
        Kept found = kept.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no snapshot " + name + " in " + store.name()
                        + ": drkit snapshot list --in " + store.name() + " tells which there are."));
        return found.sound()
                .orElseThrow(() -> new UnsafeToProceedException(
                        "The snapshot " + name + " in " + store.name() + " is not in order: " + found.flaw() + "."));
    }

    /**
     * The same, for what cannot be taken back: where no name is given, it has to be beyond doubt which is meant.
     *
     * @throws UnsafeToProceedException when the newest may be another site's, or a clock that was wrong may have made it the newest
     */
    public Snapshot undoubted(String name, Instant now) throws IOException {
        Snapshot chosen = snapshot(name);
        if (!name.isEmpty()) {
            return chosen;
        }
        List<Snapshot> all =
                store.list().stream().flatMap(each -> each.sound().stream()).toList();
        Predicate<Snapshot> sameSite = each -> each.siteId().equals(chosen.siteId());
        if (!all.stream().allMatch(sameSite)) {
            throw doubtful("there are snapshots of several sites");
        }
        if (chosen.instant().isAfter(now.plus(CLOCKS_APART))) {
            throw doubtful(chosen.name() + " is said to have been taken later than now, so a clock was wrong");
        }
        Optional<Snapshot> further =
                all.stream().filter(each -> each.revision() > chosen.revision()).findFirst();
        if (further.isPresent()) {
            throw doubtful(chosen.name() + " is the newest by its time, and ends before "
                    + further.get().name() + ": a clock was wrong, or the site went back to an earlier revision");
        }
        return chosen;
    }

    private UnsafeToProceedException doubtful(String why) {
        return new UnsafeToProceedException("Which snapshot in " + store.name() + " is meant is in doubt: " + why
                + ". Give its NAME; drkit snapshot list --in " + store.name() + " tells which there are.");
    }

    /** Does something with the file of a snapshot, which is brought to this machine for as long as that takes. */
    public <T> T withFile(Snapshot snapshot, SnapshotSource.Progress progress, FileWork<T> work) throws IOException {
        if (store instanceof SnapshotFolder here) {
            return work.with(here.file(snapshot));
        }
        Path folder = Files.createTempDirectory("drkit-snapshot");
        Path file = folder.resolve(SnapshotFolder.CONTENT);
        try {
            store.fetch(snapshot, file, progress);
            return work.with(file);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    /** What is done with a file. */
    @FunctionalInterface
    public interface FileWork<T> {

        T with(Path file) throws IOException;
    }

    @Override
    public void close() {
        if (node != null) {
            node.close();
        }
    }
}
