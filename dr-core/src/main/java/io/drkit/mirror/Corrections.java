package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Puts single keys right: both sides are looked at anew, and what differs is written step by step. */
final class Corrections {

    private static final int AT_ONCE = 500;

    /** Has the last word on a change. */
    interface Review {

        Review NONE = (change, existing) -> Optional.of(change);

        /** @param existing what the standby has; null for nothing */
        Optional<Change> of(Change change, @Nullable KeyValue existing);

        /** It was done. */
        default void made(Change change) {}
    }

    private final KeyStore source;
    private final StandbyWriter writer;
    private final Strangers strangers;
    private final Differences differences;
    private final SettingAside aside;
    private final WriteOrder order;
    private final SmallerParts parts;

    Corrections(
            KeyStore source,
            StandbyWriter writer,
            Strangers strangers,
            Differences differences,
            SettingAside aside,
            WriteOrder order,
            SmallerParts parts) {
        this.source = source;
        this.writer = writer;
        this.strangers = strangers;
        this.differences = differences;
        this.aside = aside;
        this.order = order;
        this.parts = parts;
    }

    /**
     * Makes these keys of the standby what they are on the primary at {@code revision}, in this order but for parents, which go first.
     *
     * @return what was written
     */
    List<Change> settle(Collection<Bytes> keys, long revision, Review review) throws InterruptedException {
        List<Bytes> all = List.copyOf(keys);
        List<Change> written = new ArrayList<>();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            written.addAll(settle(all.subList(from, Math.min(from + AT_ONCE, all.size())), revision, review));
        }
        return written;
    }

    private List<Change> settle(List<Bytes> keys, long revision, Review review) throws InterruptedException {
        Map<Bytes, KeyValue> wanted = wanted(keys, revision);
        List<Change> written = parts.write(
                keys,
                some -> order.arrange(changes(some, wanted, review), wanted, key -> false, false).stream()
                        .flatMap(List::stream)
                        .toList(),
                writer::checkpoint);
        written.forEach(review::made);
        return written;
    }

    private List<Change> changes(List<Bytes> keys, Map<Bytes, KeyValue> wanted, Review review) {
        Strangers.Look there = strangers.lookAt(keys);
        aside.lookAhead(there);
        List<Change> changes = new ArrayList<>();
        for (Bytes key : keys) {
            KeyValue existing = there.entries().get(key);
            differences
                    .level(key, wanted.get(key), existing, there.marks().get(key), false)
                    .flatMap(change -> review.of(change, existing))
                    .ifPresent(changes::add);
        }
        return changes;
    }

    private Map<Bytes, KeyValue> wanted(List<Bytes> keys, long revision) throws InterruptedException {
        Map<Bytes, CompletableFuture<Page>> asked = new LinkedHashMap<>();
        for (Bytes key : keys) {
            asked.put(key, source.fetch(RangeRequest.of(new KeyRange(key, key.successor()), revision, 1)));
        }
        Map<Bytes, KeyValue> wanted = new HashMap<>();
        for (CompletableFuture<Page> answer : asked.values()) {
            for (KeyValue entry : KeyStore.await(answer).entries()) {
                if (differences.isWanted(entry)) {
                    wanted.put(entry.key(), entry);
                }
            }
        }
        return wanted;
    }
}
