package io.drkit.snapshot;

import io.drkit.UnsafeToProceedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where snapshots are kept. Each is there whole, with its manifest, or not at all: its manifest is what makes it one. Thread-safe.
 *
 * <p>What is wrong with a file system is an {@link IOException}; a host that does not answer is a {@link io.drkit.SiteUnreachableException}.
 */
public interface SnapshotStore {

    /** How this place is named in messages. */
    String name();

    /** All that is there, oldest first. What is under way, or not one, is left out. */
    List<Kept> list() throws IOException;

    /**
     * Keeps a snapshot. Its checksum is compared on the way. One that is there already stays as it is.
     *
     * @param file its content
     * @return its manifest, under another name where the name was taken by another
     * @throws UnsafeToProceedException when what arrived is not what was sent
     */
    Snapshot put(Path file, Snapshot snapshot, SnapshotSource.Progress progress) throws IOException;

    /** Writes a snapshot's content to a file, which must not be there yet and which only its owner may read. */
    void fetch(Snapshot snapshot, Path file, SnapshotSource.Progress progress) throws IOException;

    /** Removes a snapshot, its manifest first; one that is not there is no error. */
    void delete(Snapshot snapshot) throws IOException;

    /**
     * One that is there.
     *
     * @param name by which it is kept
     * @param snapshot its manifest; {@code null} where that cannot be read
     * @param flaw what is wrong with it, seen from outside: its file is missing or of another size, or the manifest is none; empty where nothing is
     */
    record Kept(String name, @Nullable Snapshot snapshot, String flaw) {

        /** The snapshot, if nothing is wrong with it, seen from outside. */
        public Optional<Snapshot> sound() {
            return flaw.isEmpty() ? Optional.ofNullable(snapshot) : Optional.empty();
        }

        /** Whether that very snapshot is among those, under the same name. */
        static Optional<Snapshot> of(List<Kept> kept, Snapshot snapshot) {
            return kept.stream()
                    .flatMap(each -> each.sound().stream())
                    .filter(each ->
                            each.name().equals(snapshot.name()) && each.sha256().equals(snapshot.sha256()))
                    .findFirst();
        }

        /** By the time it was taken; first those of which it cannot be told. */
        static Comparator<Kept> oldestFirst() {
            return Comparator.comparing(kept -> kept.snapshot == null ? Instant.MIN : kept.snapshot.instant());
        }
    }
}
