package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Reads all of a range as fast as a site and this program can, in no order and each page at the newest revision then. Several pages are under way
 * at once, of parts of the range: the next page of one part cannot be asked for before the last is there, and meanwhile somebody would wait.
 */
final class Walk {

    private static final int IN_FLIGHT = 2;

    private record Flight(KeyRange part, CompletableFuture<Page> page) {}

    private final KeyStore store;
    private final int pageSize;
    private final Deque<KeyRange> parts = new ArrayDeque<>();
    private final Deque<Flight> flights = new ArrayDeque<>();

    Walk(KeyStore store, KeyRange range, int pageSize) {
        this.store = store;
        this.pageSize = pageSize;
        KeyRange rest = range;
        // A registry's keys go on with the lower-case name of a resource or a group.
        for (char letter = 'b'; letter <= 'z'; letter++) {
            Bytes cut = range.start().concat(Bytes.utf8(String.valueOf(letter)));
            if (rest.contains(cut)) {
                parts.add(rest.before(cut));
                rest = rest.from(cut);
            }
        }
        parts.add(rest);
    }

    /** Returns the newest revision of which a page was. */
    long read(Consumer<KeyValue> reader) throws InterruptedException {
        long revision = 0;
        askForMore();
        while (!flights.isEmpty()) {
            Flight flight = flights.removeFirst();
            Page page = KeyStore.await(flight.page());
            revision = Math.max(revision, page.revision());
            if (page.more() && !page.entries().isEmpty()) {
                KeyValue last = page.entries().get(page.entries().size() - 1);
                parts.addFirst(flight.part().from(last.key().successor()));
            }
            askForMore();
            page.entries().forEach(reader);
        }
        return revision;
    }

    private void askForMore() {
        while (flights.size() < IN_FLIGHT && !parts.isEmpty()) {
            KeyRange part = parts.removeFirst();
            flights.add(new Flight(part, store.fetch(RangeRequest.of(part, 0, pageSize))));
        }
    }
}
