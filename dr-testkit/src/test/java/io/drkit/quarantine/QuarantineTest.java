package io.drkit.quarantine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.quarantine.Quarantine.Batch;
import io.drkit.quarantine.Quarantine.Entry;
import io.drkit.quarantine.Quarantine.Restored;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What was set aside can be found, put back and dropped. */
class QuarantineTest {

    private static final About WHY =
            new About("written on the standby", "site-a", Instant.parse("2026-02-03T04:05:06.789Z"));
    private static final KeyRange ANY = KeyRange.prefix("/registry/");

    private final InMemoryKeyStore store = new InMemoryKeyStore("standby");
    private final Quarantine quarantine = Quarantine.at(store);

    @Test
    void lists_batches_with_what_is_known_of_them() {
        setAside("b1", Bytes.utf8("/registry/a"), Bytes.utf8("1"));
        setAside("b1", Bytes.utf8("/registry/b"), Bytes.EMPTY);
        store.write(List.of(Quarantine.about("b1", WHY)));
        setAside("b1-later", Bytes.utf8("/registry/c"), Bytes.utf8("123"));
        assertThat(quarantine.batches())
                .containsExactly(new Batch("b1-later", Optional.empty(), 1), new Batch("b1", Optional.of(WHY), 2));
        assertThat(entries("b1"))
                .containsExactly(new Entry(Bytes.utf8("/registry/a"), 1), new Entry(Bytes.utf8("/registry/b"), 0));
    }

    @Test
    void restores_only_what_is_absent_unless_told_to_overwrite() {
        setAside("b", Bytes.utf8("/registry/gone"), Bytes.utf8("old"));
        setAside("b", Bytes.utf8("/registry/there"), Bytes.utf8("old"));
        store.write(List.of(Quarantine.about("b", WHY)));
        store.put("/registry/there", "new");
        assertThat(quarantine.restore("b", false)).isEqualTo(new Restored(1, 1));
        assertThat(store.content(ANY))
                .isEqualTo(Map.of(
                        Bytes.utf8("/registry/gone"), Bytes.utf8("old"),
                        Bytes.utf8("/registry/there"), Bytes.utf8("new")));
        assertThat(entries("b")).containsExactly(new Entry(Bytes.utf8("/registry/there"), 3));
        assertThat(quarantine.restore("b", true)).isEqualTo(new Restored(1, 0));
        assertThat(store.content(ANY)).containsEntry(Bytes.utf8("/registry/there"), Bytes.utf8("old"));
        assertThat(store.content(DrKitKeys.OWN)).isEmpty();
    }

    @Test
    void restores_binary_keys_in_batches_larger_than_a_page() {
        List<Bytes> keys = IntStream.range(0, 256)
                .mapToObj(i -> Bytes.utf8("/registry/").concat(Bytes.copyOf((byte) i, (byte) 0xff)))
                .toList();
        keys.forEach(key -> setAside("b", key, key));
        assertThat(entries("b")).extracting(Entry::key).isEqualTo(keys);
        assertThat(quarantine.restore("b", false)).isEqualTo(new Restored(256, 0));
        assertThat(store.content(ANY))
                .hasSize(256)
                .allSatisfy((key, value) -> assertThat(value).isEqualTo(key));
    }

    @Test
    void goes_on_after_it_was_cut_off() {
        for (int i = 0; i < 10; i++) {
            setAside("b", Bytes.utf8("/registry/" + i), Bytes.utf8("v"));
        }
        int[] commits = new int[1];
        FaultyKeyStore faulty = new FaultyKeyStore(store, (moment, call) -> {
            if (call.equals("commit") && ++commits[0] == 8) {
                throw new SiteUnreachableException("cut");
            }
        });
        assertThatThrownBy(() -> Quarantine.at(faulty).restore("b", false))
                .isInstanceOf(SiteUnreachableException.class);
        assertThat(store.content(ANY)).hasSize(4);
        assertThat(quarantine.restore("b", false)).isEqualTo(new Restored(6, 0));
        assertThat(store.content(ANY)).hasSize(10);
    }

    @Test
    void says_so_when_there_is_no_space() {
        setAside("b", Bytes.utf8("/registry/a"), Bytes.utf8("v"));
        store.spaceQuota(1);
        assertThatThrownBy(() -> quarantine.restore("b", false))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("out of space");
        assertThat(entries("b")).hasSize(1);
    }

    @Test
    void drops_a_batch_and_no_other() {
        IntStream.range(0, 250).forEach(i -> setAside("b", Bytes.utf8("/registry/" + i), Bytes.EMPTY));
        setAside("b2", Bytes.utf8("/registry/x"), Bytes.EMPTY);
        store.write(List.of(Quarantine.about("b", WHY)));
        assertThat(quarantine.drop("b")).isEqualTo(250);
        assertThat(quarantine.batches()).extracting(Batch::id).containsExactly("b2");
        assertThat(quarantine.drop("b")).isZero();
        assertThatThrownBy(() -> quarantine.drop("b2/keys")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void directories_are_named_once_and_plain_keys_are_not() {
        store.put("/dir/lock", "");
        store.put("/dir/a/1", "");
        store.put("/dir/a/2", "");
        store.put("/dir/a.b/1", "");
        store.put("/dirs/c/1", "");
        assertThat(Scan.directories(store, "/dir/")).containsExactly("a.b", "a");
    }

    private List<Entry> entries(String batch) {
        List<Entry> entries = new ArrayList<>();
        quarantine.entries(batch, entries::add);
        return entries;
    }

    private void setAside(String batch, Bytes key, Bytes value) {
        Operation operation = Quarantine.setAside(batch, new KeyValue(key, value, 1, 1, 1, false));
        store.write(List.of(operation));
    }
}
