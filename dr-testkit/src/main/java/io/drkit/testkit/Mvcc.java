package io.drkit.testkit;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.FutureRevisionException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Transaction.Operation.Put;
import io.drkit.keystore.WatchEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The revisioned content of an {@link InMemoryKeyStore}: every version of every key since the last compaction, and the log of changes. As in
 * etcd an empty store is at revision 1. Not thread-safe.
 */
final class Mvcc {

    /** All versions of each key, oldest first; a deletion is an entry of version 0. */
    private final NavigableMap<Bytes, List<KeyValue>> keys = new TreeMap<>();

    private final NavigableMap<Long, List<WatchEvent>> log = new TreeMap<>();
    private long revision = 1;
    private long compacted;
    private long bytes;

    Mvcc copy() {
        Mvcc copy = new Mvcc();
        keys.forEach((key, versions) -> copy.keys.put(key, new ArrayList<>(versions)));
        copy.log.putAll(log);
        copy.revision = revision;
        copy.compacted = compacted;
        copy.bytes = bytes;
        return copy;
    }

    long revision() {
        return revision;
    }

    long compacted() {
        return compacted;
    }

    /** The size of all keys and values, old versions included. */
    long bytes() {
        return bytes;
    }

    @Nullable KeyValue get(Bytes key) {
        List<KeyValue> versions = keys.get(key);
        return versions == null ? null : at(versions, revision);
    }

    Map<Bytes, KeyValue> entries(Collection<Bytes> wanted) {
        Map<Bytes, KeyValue> found = new LinkedHashMap<>();
        for (Bytes key : wanted) {
            KeyValue entry = get(key);
            if (entry != null) {
                found.put(key, entry);
            }
        }
        return found;
    }

    SortedMap<Bytes, Bytes> values(KeyRange range, long revision) {
        SortedMap<Bytes, Bytes> values = new TreeMap<>();
        range(RangeRequest.of(range, revision, Integer.MAX_VALUE))
                .entries()
                .forEach(entry -> values.put(entry.key(), entry.value()));
        return values;
    }

    boolean holds(Guard guard) {
        KeyValue entry = get(guard.key());
        long actual = entry == null
                ? 0
                : switch (guard.field()) {
                    case CREATE_REVISION -> entry.createRevision();
                    case MOD_REVISION -> entry.modRevision();
                    case VERSION -> entry.version();
                };
        return actual == guard.expected();
    }

    Page range(RangeRequest request) {
        long at = request.revision() == 0 ? revision : request.revision();
        if (at > revision) {
            throw new FutureRevisionException("revision " + at + " is not reached yet: the newest is " + revision);
        }
        if (at < compacted) {
            throw compacted(at);
        }
        List<KeyValue> entries = new ArrayList<>();
        boolean more = false;
        long count = 0;
        for (List<KeyValue> versions : in(request.range()).values()) {
            KeyValue entry = at(versions, at);
            if (entry == null) {
                continue;
            }
            count++;
            if (entry.modRevision() < request.minModRevision()
                    || entry.createRevision() < request.minCreateRevision()) {
                continue;
            }
            if (entries.size() == request.limit()) {
                more = true;
            } else {
                entries.add(request.keysOnly() ? withoutValue(entry) : entry);
            }
        }
        return new Page(entries, more, count, at);
    }

    /** Does all operations in one new revision; in none if they change nothing. */
    void apply(List<Operation> operations) {
        long next = revision + 1;
        List<WatchEvent> events = new ArrayList<>();
        for (Operation operation : operations) {
            KeyValue before = get(operation.key());
            if (operation instanceof Put put) {
                events.add(WatchEvent.put(new KeyValue(
                        put.key(),
                        put.value(),
                        before == null ? next : before.createRevision(),
                        next,
                        before == null ? 1 : before.version() + 1,
                        put.leaseId() != 0)));
            } else if (before != null) {
                events.add(WatchEvent.delete(operation.key(), next));
            }
        }
        if (events.isEmpty()) {
            return;
        }
        for (WatchEvent event : events) {
            keys.computeIfAbsent(event.key(), key -> new ArrayList<>(1)).add(event.entry());
            bytes += size(event.entry());
        }
        log.put(next, List.copyOf(events));
        revision = next;
    }

    void compact(long to) {
        if (to > revision) {
            throw new FutureRevisionException("cannot compact at " + to + ": the newest revision is " + revision);
        }
        if (to <= compacted) {
            return;
        }
        keys.values().removeIf(versions -> {
            KeyValue kept = at(versions, to);
            versions.removeIf(version -> {
                boolean gone = version.modRevision() <= to && !version.equals(kept);
                if (gone) {
                    bytes -= size(version);
                }
                return gone;
            });
            return versions.isEmpty();
        });
        log.headMap(to, false).clear();
        compacted = to;
    }

    /** Goes on to a later revision without a change, and makes everything before it unreadable. */
    void bump(long by) {
        revision += by;
        compact(revision);
    }

    /** The changes from a revision on, by revision. */
    NavigableMap<Long, List<WatchEvent>> changesSince(long from) {
        return log.tailMap(from, true);
    }

    CompactedException compacted(long asked) {
        return new CompactedException(
                "revision " + asked + " was compacted away: the oldest is " + compacted, compacted);
    }

    private NavigableMap<Bytes, List<KeyValue>> in(KeyRange range) {
        if (range.end() == null) {
            return keys.tailMap(range.start(), true);
        }
        return range.start().compareTo(range.end()) > 0
                ? new TreeMap<>()
                : keys.subMap(range.start(), true, range.end(), false);
    }

    private static @Nullable KeyValue at(List<KeyValue> versions, long revision) {
        for (int i = versions.size() - 1; i >= 0; i--) {
            KeyValue version = versions.get(i);
            if (version.modRevision() <= revision) {
                return version.version() == 0 ? null : version;
            }
        }
        return null;
    }

    private static long size(KeyValue entry) {
        return (long) entry.key().size() + entry.value().size();
    }

    private static KeyValue withoutValue(KeyValue entry) {
        return new KeyValue(
                entry.key(), Bytes.EMPTY, entry.createRevision(), entry.modRevision(), entry.version(), entry.leased());
    }
}
