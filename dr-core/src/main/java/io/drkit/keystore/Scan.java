package io.drkit.keystore;

import io.drkit.SiteUnreachableException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A walk through a range at one revision, in key order, page by page: memory does not grow with the range. While one page is used the next is
 * under way. For one thread.
 *
 * <p>Any step may throw what {@link KeyStore#range} throws, {@link CompactedException} above all; the walk is over then.
 */
public final class Scan {

    private final KeyStore store;
    private RangeRequest rest;
    private @Nullable Page page;
    /** The page after {@code page}, if there is one. */
    private @Nullable CompletableFuture<Page> following;

    private Iterator<KeyValue> entries = List.<KeyValue>of().iterator();
    private @Nullable KeyValue ahead;

    /** @param request what to read; its limit is the size of a page, and revision 0 pins the newest as the first page is read */
    public Scan(KeyStore store, RangeRequest request) {
        this.store = store;
        this.rest = request;
    }

    /** The revision that is read. */
    public long revision() {
        return latest().revision();
    }

    /** The entry that {@link #next} will return; {@code null} at the end. */
    public @Nullable KeyValue peek() {
        if (ahead == null) {
            ahead = read();
        }
        return ahead;
    }

    /** The next entry; {@code null} at the end. */
    public @Nullable KeyValue next() {
        KeyValue next = peek();
        ahead = null;
        return next;
    }

    private @Nullable KeyValue read() {
        Page current = latest();
        while (!entries.hasNext()) {
            if (!current.more()) {
                return null;
            }
            current = turn();
        }
        return entries.next();
    }

    private Page latest() {
        Page current = page;
        return current == null ? turn() : current;
    }

    private Page turn() {
        Page next = await(following == null ? store.fetch(rest) : following);
        page = next;
        entries = next.entries().iterator();
        following = null;
        if (next.more()) {
            Bytes last = next.entries().get(next.entries().size() - 1).key();
            rest = new RangeRequest(
                    rest.range().from(last.successor()),
                    next.revision(),
                    rest.limit(),
                    rest.keysOnly(),
                    rest.minModRevision(),
                    rest.minCreateRevision());
            following = store.fetch(rest);
        }
        return next;
    }

    private Page await(CompletableFuture<Page> answer) {
        try {
            return KeyStore.await(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("The scan of " + store.name() + " was interrupted.", e);
        }
    }

    /** What comes right after {@code prefix}, up to a slash, in the keys that have a slash there: one read each, whatever lies below it. */
    public static List<String> directories(KeyStore store, String prefix) {
        List<String> names = new ArrayList<>();
        KeyRange all = KeyRange.prefix(prefix);
        KeyRange rest = all;
        while (true) {
            List<KeyValue> found =
                    store.range(RangeRequest.of(rest, 0, 1).onlyKeys()).entries();
            if (found.isEmpty()) {
                return names;
            }
            Bytes key = found.get(0).key();
            String tail = key.dropFirst(all.start().size()).utf8();
            int slash = tail.indexOf('/');
            if (slash >= 0) {
                names.add(tail.substring(0, slash));
            }
            Bytes past = slash < 0
                    ? key.successor()
                    : KeyRange.prefix(prefix + tail.substring(0, slash + 1)).end();
            if (past == null || !all.contains(past)) {
                return names;
            }
            rest = all.from(past);
        }
    }
}
