package io.drkit.keystore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.testkit.InMemoryKeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A scan sees one revision, whatever is written while it goes on. */
class ScanTest {

    private final InMemoryKeyStore store = new InMemoryKeyStore("store");

    @BeforeEach
    void fill() {
        IntStream.range(10, 45).forEach(i -> store.put("/k/" + i, "v"));
    }

    @Test
    void pins_the_newest_revision_with_its_first_page() {
        Scan scan = scan(0, 10);
        long revision = store.put("/k/50", "before the first page");
        assertThat(scan.revision()).isEqualTo(revision);
        store.deletePrefix("/k/");
        assertThat(keys(scan)).hasSize(36).isSorted().endsWith(Bytes.utf8("/k/50"));
        assertThat(scan.next()).isNull();
    }

    @Test
    void peeking_does_not_go_on() {
        Scan scan = scan(0, 1);
        assertThat(scan.peek()).isNotNull().isSameAs(scan.peek());
        assertThat(keys(scan)).hasSize(35);
        assertThat(scan.peek()).isNull();
    }

    @Test
    void goes_through_what_was_modified_since() {
        long since = store.put("/k/20", "changed");
        store.put("/k/40", "changed");
        Scan scan =
                new Scan(store, RangeRequest.of(KeyRange.prefix("/k/"), 0, 1).modifiedSince(since));
        assertThat(keys(scan)).containsExactly(Bytes.utf8("/k/20"), Bytes.utf8("/k/40"));
    }

    @Test
    void ends_when_its_revision_is_compacted_away() {
        Scan scan = scan(0, 10);
        IntStream.range(0, 10).forEach(i -> scan.next());
        store.compact(store.put("/k/99", ""));
        assertThatThrownBy(() -> keys(scan)).isInstanceOf(CompactedException.class);
    }

    private Scan scan(long revision, int pageSize) {
        return new Scan(store, RangeRequest.of(KeyRange.prefix("/k/"), revision, pageSize));
    }

    private static List<Bytes> keys(Scan scan) {
        List<Bytes> keys = new ArrayList<>();
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            keys.add(entry.key());
        }
        return keys;
    }
}
