package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.testkit.etcd.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is a snapshot, and what is none. */
class EtcdSnapshotReaderTest {

    @TempDir
    static Path folder;

    private static byte[] right;

    private final EtcdSnapshotReader reader = new EtcdSnapshotReader();

    @BeforeAll
    static void saveOne() throws Exception {
        Path file = folder.resolve("right");
        try (EtcdServer server = EtcdServer.builder().start();
                EtcdKeyStore store = Sites.store(server)) {
            Sites.load(store);
            server.snapshotSave(file);
        }
        right = Files.readAllBytes(file);
    }

    @Test
    void the_whole_file_is_read() throws Exception {
        assertThat(reader.read(write(right)).bytes()).isEqualTo(right.length);
        assertThat(reader.read(write(right)).sha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(right)));
    }

    @Test
    void a_truncated_one_is_refused_wherever_it_is_cut() throws Exception {
        for (int length :
                new int[] {0, 1, 511, 512, 544, 4096, right.length / 2, right.length - 32, right.length - 1}) {
            assertRefused(Arrays.copyOf(right, length));
        }
        assertRefused(Arrays.copyOf(right, right.length - 4096));
        assertRefused(Arrays.copyOf(right, right.length + 512));
    }

    @Test
    void a_single_flipped_bit_is_refused_wherever_it_is() throws Exception {
        Random random = new Random(9);
        for (int i = 0; i < 20; i++) {
            byte[] flipped = right.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            assertRefused(flipped);
        }
    }

    @Test
    void what_is_no_database_of_etcd_is_refused_even_with_a_right_checksum() throws Exception {
        assertRefused(signed(new byte[8192]));
        byte[] noise = new byte[65536];
        new Random(1).nextBytes(noise);
        assertRefused(signed(noise));
        byte[] database = Arrays.copyOf(right, right.length - 32);
        for (int position = 0; position < 8192; position += 512) {
            byte[] holed = database.clone();
            Arrays.fill(holed, position, Math.min(position + 16384, holed.length), (byte) 0);
            assertRefused(signed(holed));
        }
    }

    /** Whatever its pages say, reading ends, and with a sentence. */
    @Test
    void pages_that_lie_are_refused_or_harmless() throws Exception {
        byte[] database = Arrays.copyOf(right, right.length - 32);
        Random random = new Random(2);
        for (int i = 0; i < 50; i++) {
            byte[] lying = database.clone();
            for (int j = 0; j < 200; j++) {
                lying[8192 + random.nextInt(lying.length - 8192)] = (byte) random.nextInt(256);
            }
            try {
                reader.read(write(signed(lying)));
            } catch (UnsafeToProceedException e) {
                assertThat(e).hasMessageContaining("cannot be used as a snapshot of etcd");
            }
        }
    }

    private void assertRefused(byte[] content) throws Exception {
        Path file = write(content);
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageStartingWith(file + " cannot be used as a snapshot of etcd: ");
    }

    private static byte[] signed(byte[] database) throws Exception {
        byte[] signed = Arrays.copyOf(database, database.length + 32);
        System.arraycopy(MessageDigest.getInstance("SHA-256").digest(database), 0, signed, database.length, 32);
        return signed;
    }

    private static Path write(byte[] content) throws Exception {
        return Files.write(folder.resolve("file"), content);
    }
}
