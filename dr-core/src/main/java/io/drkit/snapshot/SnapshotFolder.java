package io.drkit.snapshot;

import io.drkit.UnsafeToProceedException;
import io.drkit.file.LockFile;
import io.drkit.file.PrivateFile;
import io.drkit.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots in a folder of this machine, each in a folder of its own, named as the snapshot, with {@link #CONTENT} and {@link #MANIFEST} in it. It takes
 * its name by one rename when it is whole and written through to the disk. What is under way has a name that begins with a dot, and is locked; what
 * is not locked any more was left by a process that ended, and goes when the next one begins. What never was, uploads of {@link NodeSnapshotFolder} say,
 * goes a day after it was touched last.
 */
public final class SnapshotFolder implements SnapshotStore {

    /** The file of a snapshot, within its folder. */
    public static final String CONTENT = "snapshot.db";

    /** The manifest of a snapshot, within its folder. */
    public static final String MANIFEST = "manifest.json";

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFolder.class);
    private static final String UNFINISHED = ".unfinished-";
    private static final int CHUNK = 1 << 20;

    /** In bytes. */
    static final int LARGEST_MANIFEST = 1 << 20;

    private static final Duration STALE = Duration.ofDays(1);

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;

    /** @param folder is made when something is kept, for its owner alone; one that is there stays as it is */
    public SnapshotFolder(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    @Override
    public String name() {
        return folder.toString();
    }

    /** Where the content of a snapshot lies. */
    public Path file(Snapshot snapshot) {
        return folder.resolve(snapshot.name()).resolve(CONTENT);
    }

    @Override
    public List<Kept> list() throws IOException {
        List<Kept> kept = new ArrayList<>();
        if (!Files.isDirectory(folder)) {
            return kept;
        }
        for (Path each : folders("")) {
            try {
                kept.add(kept(each, manifest(each)));
            } catch (NoSuchFileException e) {
                // It is none, or was just deleted.
            } catch (IOException e) {
                kept.add(new Kept(each.getFileName().toString(), null, "its manifest cannot be read: " + e));
            }
        }
        kept.sort(Kept.oldestFirst());
        return kept;
    }

    /** No more of it than any manifest has. */
    private static String manifest(Path folder) throws IOException {
        try (InputStream in = Files.newInputStream(folder.resolve(MANIFEST))) {
            return new String(in.readNBytes(LARGEST_MANIFEST), StandardCharsets.UTF_8);
        }
    }

    private Kept kept(Path folder, String json) throws IOException {
        String name = folder.getFileName().toString();
        try {
            Snapshot snapshot =
                    Snapshot.parse(json, folder.resolve(MANIFEST).toString()).named(name);
            return new Kept(name, snapshot, flaw(snapshot));
        } catch (UnsafeToProceedException | IllegalArgumentException e) {
            return new Kept(name, null, String.valueOf(e.getMessage()));
        }
    }

    private String flaw(Snapshot snapshot) throws IOException {
        try {
            return flaw(snapshot, Files.size(file(snapshot)));
        } catch (NoSuchFileException e) {
            if (!Files.exists(folder.resolve(snapshot.name()))) {
                // Just deleted.
                throw e;
            }
            return flaw(snapshot, -1);
        }
    }

    /** @param bytes the size of its file; -1 where there is none */
    static String flaw(Snapshot snapshot, long bytes) {
        if (bytes < 0) {
            return "its file is missing";
        }
        return bytes == snapshot.bytes() ? "" : "its file has " + bytes + " bytes instead of " + snapshot.bytes();
    }

    @Override
    public Snapshot put(Path file, Snapshot snapshot, SnapshotSource.Progress progress) throws IOException {
        Optional<Snapshot> there = Kept.of(list(), snapshot);
        if (there.isPresent()) {
            return there.get();
        }
        try (Draft draft = draft()) {
            try (OutputStream to = draft.begin()) {
                copy(file, to, snapshot, progress);
            }
            return draft.keep(snapshot);
        }
    }

    @Override
    public void fetch(Snapshot snapshot, Path file, SnapshotSource.Progress progress) throws IOException {
        boolean whole = false;
        Files.createFile(file, PRIVATE);
        try (FileChannel to = FileChannel.open(file, StandardOpenOption.WRITE)) {
            copy(file(snapshot), Channels.newOutputStream(to), snapshot, progress);
            to.force(true);
            whole = true;
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void copy(Path from, OutputStream to, Snapshot snapshot, SnapshotSource.Progress progress)
            throws IOException {
        MessageDigest digest = Sha256.digest();
        long done = 0;
        try (InputStream in = new DigestInputStream(Files.newInputStream(from), digest)) {
            byte[] chunk = new byte[CHUNK];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                to.write(chunk, 0, read);
                done += read;
                progress.moved(done, snapshot.bytes());
            }
        }
        if (!Sha256.hex(digest).equals(snapshot.sha256())) {
            throw new UnsafeToProceedException(
                    from + " is not what the manifest of " + snapshot.name() + " says: its checksum is another.");
        }
    }

    @Override
    public void delete(Snapshot snapshot) throws IOException {
        Path dead = folder.resolve(UNFINISHED + "deleted-" + UUID.randomUUID());
        try {
            Files.move(folder.resolve(snapshot.name()), dead, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return;
        }
        remove(dead);
    }

    /**
     * Begins a snapshot, which is not there before it is {@linkplain Draft#keep kept}. Removes what ended processes left unfinished.
     */
    public Draft draft() throws IOException {
        PrivateFile.folder(folder);
        for (Path each : folders(UNFINISHED)) {
            removeIfDead(each);
        }
        while (true) {
            Path unfinished = Files.createTempDirectory(folder, UNFINISHED);
            try {
                Optional<LockFile> lock = LockFile.of(unfinished.resolve(CONTENT));
                if (lock.isPresent()) {
                    return new Draft(unfinished, lock.get());
                }
            } catch (NoSuchFileException e) {
                // As below.
            } catch (IOException e) {
                remove(unfinished);
                throw e;
            }
            // Another process took it for dead before it was locked.
        }
    }

    /** No links: what one leads to is another one's, and would be counted, or deleted, twice. */
    private List<Path> folders(String beginning) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.getFileName().toString().startsWith(beginning))
                    .filter(path ->
                            beginning.isEmpty() != path.getFileName().toString().startsWith("."))
                    .filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    private static void removeIfDead(Path unfinished) throws IOException {
        try (LockFile lock = LockFile.ofExisting(unfinished.resolve(CONTENT)).orElse(null)) {
            if (lock != null) {
                remove(unfinished);
            }
        } catch (AccessDeniedException e) {
            LOG.warn("Cannot look whether {} is dead, for it is another user's; it stays", unfinished);
        } catch (NoSuchFileException e) {
            if (touched(unfinished).plus(STALE).isBefore(Instant.now())) {
                remove(unfinished);
            }
        }
    }

    /** When a folder, or something in it, was changed last; now where it is just going. */
    private static Instant touched(Path path) throws IOException {
        try {
            Instant touched =
                    Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
            for (Path each : within(path)) {
                Instant within = touched(each);
                touched = within.isAfter(touched) ? within : touched;
            }
            return touched;
        } catch (NoSuchFileException e) {
            return Instant.now();
        }
    }

    /** Another may do the same. */
    private static void remove(Path path) throws IOException {
        for (Path each : within(path)) {
            remove(each);
        }
        Files.deleteIfExists(path);
    }

    private static List<Path> within(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(path)) {
            return all.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /**
     * A snapshot under way. For one thread; closing it removes it, unless it was kept. Its lock is not on the content, for that is read meanwhile, and
     * closing a file ends every lock that the process has on it.
     */
    public final class Draft implements AutoCloseable {

        private final Path unfinished;
        private final LockFile lock;
        private final FileChannel content;
        private @Nullable Snapshot kept;

        private Draft(Path unfinished, LockFile lock) throws IOException {
            this.unfinished = unfinished;
            this.lock = lock;
            try {
                this.content = FileChannel.open(
                        file(), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE);
            } catch (IOException e) {
                lock.close();
                throw e;
            }
        }

        /** The content so far. */
        public Path file() {
            return unfinished.resolve(CONTENT);
        }

        /** Begins the content anew. Closing what is returned writes it through to the disk. */
        public OutputStream begin() throws IOException {
            content.truncate(0);
            OutputStream out = Channels.newOutputStream(content);
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    out.write(b);
                }

                @Override
                public void write(byte[] bytes, int offset, int count) throws IOException {
                    out.write(bytes, offset, count);
                }

                @Override
                public void close() throws IOException {
                    content.force(true);
                }
            };
        }

        /** Gives it its name, and its manifest: from now on it is there. Returns the manifest, under another name where that one was taken. */
        public Snapshot keep(Snapshot snapshot) throws IOException {
            for (int i = 1; kept == null; i++) {
                Snapshot named = i == 1 ? snapshot : snapshot.named(snapshot.name() + "-" + i);
                PrivateFile.write(unfinished.resolve(MANIFEST), named.toJson());
                try {
                    Files.move(unfinished, folder.resolve(named.name()), StandardCopyOption.ATOMIC_MOVE);
                    kept = named;
                } catch (FileSystemException e) {
                    if (!Files.exists(folder.resolve(named.name()))) {
                        throw e;
                    }
                    // Of the same second and revision; both are good.
                }
            }
            Files.deleteIfExists(LockFile.beside(folder.resolve(kept.name()).resolve(CONTENT)));
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
            return kept;
        }

        @Override
        public void close() throws IOException {
            try (lock;
                    content) {
                if (kept == null) {
                    remove(unfinished);
                }
            }
        }
    }
}
