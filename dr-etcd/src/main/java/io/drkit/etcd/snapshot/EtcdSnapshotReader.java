package io.drkit.etcd.snapshot;

import com.google.protobuf.InvalidProtocolBufferException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.snapshot.BoltFile.Entry;
import io.drkit.etcd.snapshot.BoltFile.MalformedException;
import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.snapshot.SnapshotContent;
import io.drkit.snapshot.SnapshotReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a snapshot as etcd's maintenance service, {@code etcdctl} and {@code etcdutl} make it: a database, and behind it the SHA-256 of it. Written
 * for etcd 3.4 to 3.6, whose database has the same layout. Needs no program of etcd's.
 *
 * <p>In the bucket {@code key} there is an entry for each change, by revision (8 bytes, an underscore, 8 bytes; a {@code t} behind that for a deletion),
 * whose value is the KeyValue that was written (etcd's {@code server/storage/mvcc/revision.go}).
 */
public final class EtcdSnapshotReader implements SnapshotReader {

    private static final int CHECKSUM = 32;
    /** What a page of any database is a multiple of; etcdutl, too, tells by it whether there is a checksum. */
    private static final int BLOCK = 512;

    private static final int REVISION_BYTES = 17;
    private static final int CHUNK = 1 << 20;
    private static final int SAMPLES = 64;

    @Override
    public SnapshotContent read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long database = channel.size() - CHECKSUM;
            if (database < BLOCK || database % BLOCK != 0) {
                throw refused(
                        file,
                        "it has no checksum at its end: it was cut off, or is another file, or a copy of a running etcd's database");
            }
            String sha256 = proved(file, channel, database);
            BoltFile bolt = new BoltFile(channel, database);
            return new SnapshotContent(revision(bolt), users(bolt), channel.size(), sha256, sample(bolt));
        } catch (MalformedException e) {
            throw refused(file, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checksum of all of it, once the one at its end was found right. */
    private static String proved(Path file, FileChannel channel, long database) throws IOException {
        MessageDigest digest = Sha256.digest();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long left = database;
        channel.position(0);
        while (left > 0) {
            read(channel, chunk, (int) Math.min(CHUNK, left));
            left -= chunk.remaining();
            digest.update(chunk);
        }
        read(channel, chunk, CHECKSUM);
        MessageDigest whole = copy(digest);
        whole.update(chunk.duplicate());
        byte[] expected = new byte[CHECKSUM];
        chunk.get(expected);
        if (!MessageDigest.isEqual(digest.digest(), expected)) {
            throw refused(file, "its content does not match the checksum at its end: it was changed, or cut off");
        }
        return Sha256.hex(whole);
    }

    private static void read(FileChannel channel, ByteBuffer chunk, int bytes) throws IOException {
        chunk.clear().limit(bytes);
        while (chunk.hasRemaining()) {
            if (channel.read(chunk) < 0) {
                throw new MalformedException("it became shorter while it was read");
            }
        }
        chunk.flip();
    }

    /**
     * The last change's, or that of a compaction, which may have removed the last change: as etcd's {@code restore} does when it starts.
     */
    private static long revision(BoltFile bolt) throws IOException {
        if (!bolt.has("key") || !bolt.has("meta")) {
            throw new MalformedException("it is a database, but not etcd's");
        }
        long revision = 1;
        for (Optional<Entry> each : List.of(
                bolt.at("key", 1).map(last -> new Entry(last.key(), last.key())),
                bolt.find("meta", "finishedCompactRev"),
                bolt.find("meta", "scheduledCompactRev"))) {
            if (each.isPresent()) {
                byte[] value = each.get().value().unsafeArray();
                if (value.length < REVISION_BYTES || value[8] != '_') {
                    throw new MalformedException("a revision in it is none");
                }
                revision = Math.max(revision, ByteBuffer.wrap(value).getLong());
            }
        }
        return revision;
    }

    private static boolean users(BoltFile bolt) throws IOException {
        return bolt.find("auth", "authEnabled")
                .filter(entry -> entry.value().equals(Bytes.copyOf((byte) 1)))
                .isPresent();
    }

    private static List<KeyValue> sample(BoltFile bolt) throws IOException {
        List<KeyValue> sample = new ArrayList<>();
        KeyValue last = null;
        for (int i = 0; i <= SAMPLES; i++) {
            Optional<Entry> entry = bolt.at("key", (double) i / SAMPLES);
            if (entry.isEmpty() || entry.get().key().size() > REVISION_BYTES) {
                continue;
            }
            KeyValue written = keyValue(entry.get().value());
            if (!written.equals(last)) {
                sample.add(written);
            }
            last = written;
        }
        return sample;
    }

    private static KeyValue keyValue(Bytes value) {
        try {
            io.etcd.jetcd.api.KeyValue entry = io.etcd.jetcd.api.KeyValue.parseFrom(value.unsafeArray());
            return new KeyValue(
                    Bytes.wrap(entry.getKey().toByteArray()),
                    Bytes.wrap(entry.getValue().toByteArray()),
                    entry.getCreateRevision(),
                    entry.getModRevision(),
                    entry.getVersion(),
                    entry.getLease() != 0);
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedException("an entry in it is not etcd's");
        }
    }

    private static UnsafeToProceedException refused(Path file, String why) {
        return new UnsafeToProceedException(file + " cannot be used as a snapshot of etcd: " + why + ".");
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }
}
