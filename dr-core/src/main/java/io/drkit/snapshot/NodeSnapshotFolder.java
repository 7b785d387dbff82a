package io.drkit.snapshot;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.FileUpload;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Snapshots in a folder of another host, laid out as a {@link SnapshotFolder} is. An upload that was cut off goes on where it ended; one that nobody
 * goes on with is removed a day later.
 */
public final class NodeSnapshotFolder implements SnapshotStore {

    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final int PIECE = 4 << 20;
    private static final int MANIFESTS = 64 << 20;

    private static final String COMMON = """
            set -u
            LC_ALL=C
            export LC_ALL
            umask 077
            dir=$1
            """;

    /** A line for each: its name in base64, its manifest in base64, the size of its content. */
    private static final String LIST = COMMON + """
            [ -d "$dir" ] || exit 0
            for each in "$dir"/*; do
              [ ! -h "$each" ] && [ -f "$each/manifest.json" ] || continue
              name=$(printf '%s' "${each##*/}" | base64 -w 0) || exit 1
              manifest=$(head -c "$2" -- "$each/manifest.json" 2>/dev/null | base64 -w 0) || exit 1
              bytes=$(stat -c %s -- "$each/snapshot.db" 2>/dev/null || echo -1)
              # Just deleted.
              [ -f "$each/manifest.json" ] || continue
              printf '%s %s %s\\n' "$name" "$manifest" "$bytes"
            done
            """;

    /** $2 is the folder of what arrives. One that was not touched for a day is dead. */
    private static final String BEGIN = COMMON + """
            mkdir -p -- "$dir" "$dir/$2" || exit 1
            now=$(date +%s)
            for each in "$dir"/.unfinished-*; do
              [ "$each" = "$dir/$2" ] && continue
              touched=$(find "$each" -exec stat -c %Y -- {} + 2>/dev/null | sort -n | tail -n 1)
              [ $((now - ${touched:-$now})) -le 86400 ] || rm -rf -- "$each"
            done
            """;

    /** $2 is the folder of what arrived, $3 its name; gives the name that it got. */
    private static final String KEEP = COMMON + """
            cat > "$dir/$2/manifest.json" && sync -- "$dir/$2/manifest.json" "$dir/$2" || exit 1
            name=$3 n=1
            while [ -e "$dir/$name" ]; do n=$((n + 1)) name=$3-$n; done
            mv -T -- "$dir/$2" "$dir/$name" && sync -- "$dir" && printf '%s' "$name" || exit 1
            """;

    /** $2 is the name of it. Somebody else may delete it at the same time, so each has a folder of its own for what goes. */
    private static final String DELETE = COMMON + """
            [ -e "$dir/$2" ] || exit 0
            going=$(mktemp -d -- "$dir/.unfinished-deleted-XXXXXXXXXX") || exit 1
            mv -T -- "$dir/$2" "$going/snapshot" || [ ! -e "$dir/$2" ] || exit 1
            rm -rf -- "$going" || exit 1
            """;

    private static final String REMOVE = COMMON + """
            rm -rf -- "$dir/$2"
            """;

    private static final String READ = COMMON + """
            dd if="$dir/$2/snapshot.db" bs="$4" skip="$3" count=1 iflag=fullblock status=none || exit 1
            """;

    private final NodeAccess node;
    private final String folder;

    /**
     * @param node is not closed
     * @param folder absolute; is made when something is kept, for the connected user alone
     * @throws IllegalArgumentException when it is not absolute
     */
    public NodeSnapshotFolder(NodeAccess node, String folder) {
        if (!folder.startsWith("/")) {
            throw new IllegalArgumentException("The folder " + folder + " on " + node.name() + " must be absolute.");
        }
        this.node = node;
        this.folder = folder.length() > 1 && folder.endsWith("/") ? folder.substring(0, folder.length() - 1) : folder;
    }

    @Override
    public String name() {
        return node.name() + ":" + folder;
    }

    @Override
    public List<Kept> list() {
        List<Kept> kept = new ArrayList<>();
        for (String line : run("list snapshots", LIST, Bytes.EMPTY, Integer.toString(SnapshotFolder.LARGEST_MANIFEST))
                .outText()
                .lines()
                .toList()) {
            String[] words = line.split(" ", 3);
            kept.add(kept(decoded(words[0]), Long.parseLong(words[2]), decoded(words[1])));
        }
        kept.sort(Kept.oldestFirst());
        return kept;
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private Kept kept(String name, long bytes, String manifest) {
        try {
            Snapshot snapshot = Snapshot.parse(manifest, "The manifest of " + name + " at " + name())
                    .named(name);
            return new Kept(name, snapshot, SnapshotFolder.flaw(snapshot, bytes));
        } catch (UnsafeToProceedException | IllegalArgumentException e) {
            return new Kept(name, null, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Snapshot put(Path file, Snapshot snapshot, SnapshotSource.Progress progress) {
        Optional<Snapshot> there = Kept.of(list(), snapshot);
        if (there.isPresent()) {
            return there.get();
        }
        String arriving = ".unfinished-" + snapshot.sha256();
        run("begin a snapshot", BEGIN, Bytes.EMPTY, arriving);
        try {
            upload(file, snapshot, arriving, progress);
        } catch (UnsafeToProceedException e) {
            // It would be refused again; and where the disk is full, this is what fills it.
            run("remove what arrived", REMOVE, Bytes.EMPTY, arriving);
            throw e;
        }
        return snapshot.named(run("keep a snapshot", KEEP, Bytes.utf8(snapshot.toJson()), arriving, snapshot.name())
                .outText()
                .strip());
    }

    private void upload(Path file, Snapshot snapshot, String arriving, SnapshotSource.Progress progress) {
        FileUpload.of(file, folder + "/" + arriving + "/" + SnapshotFolder.CONTENT, snapshot.sha256())
                .pieceBytes(PIECE)
                .deadline(DEADLINE)
                .progress(done -> progress.moved(done, snapshot.bytes()))
                .build()
                .send(node);
    }

    @Override
    public void fetch(Snapshot snapshot, Path file, SnapshotSource.Progress progress) throws IOException {
        boolean whole = false;
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (DigestOutputStream to = new DigestOutputStream(Files.newOutputStream(file), Sha256.digest())) {
            receive(snapshot, to, progress);
            if (!Sha256.hex(to.getMessageDigest()).equals(snapshot.sha256())) {
                throw new UnsafeToProceedException(
                        snapshot.name() + " at " + name() + " is not what its manifest says: its checksum is another.");
            }
            whole = true;
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void receive(Snapshot snapshot, OutputStream to, SnapshotSource.Progress progress) throws IOException {
        for (long piece = 0; piece * PIECE < snapshot.bytes(); piece++) {
            CommandResult read = run(
                    "read a snapshot",
                    READ,
                    Bytes.EMPTY,
                    snapshot.name(),
                    Long.toString(piece),
                    Integer.toString(PIECE));
            to.write(read.out().unsafeArray());
            progress.moved(Math.min(snapshot.bytes(), (piece + 1) * PIECE), snapshot.bytes());
        }
    }

    @Override
    public void delete(Snapshot snapshot) {
        run("delete a snapshot", DELETE, Bytes.EMPTY, snapshot.name());
    }

    private CommandResult run(String title, String script, Bytes input, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = folder;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandResult result = node.run(NodeCommand.script(script, all)
                .title(title)
                .input(input)
                .deadline(DEADLINE)
                .outputLimit(MANIFESTS)
                .build());
        if (!result.succeeded()) {
            throw new SiteUnreachableException("Could not " + title + " at " + name() + ": " + result.errText() + ".");
        }
        return result;
    }
}
