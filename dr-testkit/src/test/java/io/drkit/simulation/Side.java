package io.drkit.simulation;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Checkpoint;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One site: its store, and all that is to be known of it in order to judge what a mirror does. */
final class Side {

    /** That of every scope. */
    static final KeyRange RANGE = MirrorScope.all().range();

    private static final Bytes CHECKPOINT = DrKitKeys.checkpoint("default");

    /** Who may have written a revision. */
    enum Author {
        /** Users, controllers, an operator: what is the primary's if this is the primary, and a stranger's if not. */
        USER,
        OPERATOR,
        MIRROR
    }

    /** What a revision left behind. */
    interface Judge {
        void judge(Side side, long revision, List<Operation> operations);
    }

    final String name;
    final MirrorScope scope;
    InMemoryKeyStore store;
    Author author = Author.USER;
    /** The mirror that writes, where one does. */
    String mirror = "";
    /** The unleased content at each revision of what may be in scope: outlives compaction. */
    final TreeMap<Long, Map<Bytes, Bytes>> history = new TreeMap<>();
    /** What was, in a history that was abandoned, at revisions which are others now. */
    private Map<Long, Map<Bytes, Bytes>> former = Map.of();
    /** When each revision was made. */
    final TreeMap<Long, Long> times = new TreeMap<>();
    /** Keys in scope that someone else than a mirror touched last, while this was a standby. */
    final Set<Bytes> strange = new HashSet<>();
    /** Keys in scope that someone else than a mirror created, while this was a standby. */
    final Set<Bytes> createdByStrangers = new HashSet<>();
    /** What there is in the range, and what there was before the last revision. */
    Map<Bytes, KeyValue> now = new HashMap<>();

    Map<Bytes, KeyValue> before = new HashMap<>();
    /** {@link #strange} before the last revision. */
    Set<Bytes> strangeBefore = Set.of();

    private Runnable watching = () -> {};
    /** How often it was compacted. */
    int compactions;
    /** Where only strangers write, and only here. */
    final Bytes strangers;

    Side(String name, MirrorScope scope, Clock clock) {
        this.name = name;
        this.scope = scope;
        this.strangers = Bytes.utf8("/registry/strange-" + name + "/");
        this.store = new InMemoryKeyStore(name, clock);
        history.put(1L, Map.of());
    }

    /** To be told of every change from now on. */
    void watch(Judge judge, LongSupplier time) {
        watching = () -> watch(judge, time);
        now = entries(RANGE);
        store.onChange((operations, revision) -> {
            before = now;
            now = entries(RANGE);
            strangeBefore = scope.standbyIsAlive() ? Set.copyOf(strange) : Set.of();
            history.put(revision, unleased());
            times.put(revision, time.getAsLong());
            boolean strangers = author != Author.MIRROR && role() != Role.PRIMARY;
            for (Operation operation : operations) {
                if (RANGE.contains(operation.key())) {
                    touched(operation.key(), strangers);
                }
            }
            judge.judge(this, revision, operations);
        });
    }

    private void touched(Bytes key, boolean byStranger) {
        if (byStranger) {
            strange.add(key);
        } else {
            strange.remove(key);
        }
        if (byStranger && !before.containsKey(key)) {
            createdByStrangers.add(key);
        } else if (!now.containsKey(key) || !before.containsKey(key)) {
            createdByStrangers.remove(key);
        }
    }

    /** The store is another one. */
    void watchAgain() {
        watching.run();
    }

    /** From this revision on its history is another. */
    void branch(long revision) {
        former = new HashMap<>(history.tailMap(revision, false));
        history.tailMap(revision, false).clear();
    }

    /** The newest revision made before a time. */
    long newestAt(long time) {
        return times.entrySet().stream()
                .filter(entry -> entry.getValue() <= time)
                .mapToLong(Map.Entry::getKey)
                .max()
                .orElse(0);
    }

    /** Does something to the store in someone's name. */
    void as(Author author, Runnable action) {
        Author before = this.author;
        this.author = author;
        try {
            action.run();
        } finally {
            this.author = before;
        }
    }

    @Nullable Role role() {
        KeyValue role = get(DrKitKeys.ROLE);
        return role == null
                ? null
                : Site.role(Map.of(DrKitKeys.ROLE, role)).orElseThrow().role().role();
    }

    @Nullable Checkpoint checkpoint() {
        KeyValue stored = get(CHECKPOINT);
        return stored == null ? null : Checkpoint.parse(stored.value());
    }

    @Nullable KeyValue get(Bytes key) {
        return entries(new KeyRange(key, key.successor())).get(key);
    }

    /** The keys that this side has refused, as its mirror recorded it. */
    Set<Bytes> skipped() {
        Bytes prefix = DrKitKeys.skipped("default");
        return entries(KeyRange.prefix(prefix)).keySet().stream()
                .map(key -> key.dropFirst(prefix.size()))
                .collect(Collectors.toSet());
    }

    Map<Bytes, KeyValue> entries(KeyRange range) {
        Map<Bytes, KeyValue> entries = new HashMap<>();
        store.range(RangeRequest.of(range, 0, Integer.MAX_VALUE))
                .entries()
                .forEach(entry -> entries.put(entry.key(), entry));
        return entries;
    }

    Map<Bytes, Bytes> unleased() {
        Map<Bytes, Bytes> content = new TreeMap<>();
        entries(RANGE).values().stream()
                .filter(entry -> !entry.leased() && scope.mayAdmit(entry.key()))
                .forEach(entry -> content.put(entry.key(), entry.value()));
        return content;
    }

    /** Its content at a revision that another has the number of now, if there was one. */
    Optional<Map<Bytes, Bytes>> formerly(long revision) {
        return Optional.ofNullable(former.get(revision));
    }

    Map<Bytes, Bytes> at(long revision) {
        Map.Entry<Long, Map<Bytes, Bytes>> entry = history.floorEntry(revision);
        return entry == null ? Map.of() : entry.getValue();
    }

    static String show(Operation operation) {
        String key = operation.key().printable();
        return operation instanceof Operation.Put put ? key + "=" + show(put.value()) : key + " is gone";
    }

    /** A value, or what it is if it is long. */
    static String show(Bytes value) {
        if (value.size() <= 20) {
            return value.printable();
        }
        return Thing.read(Kind.ALPHA, value).map(Thing::brief).orElseGet(value::toString);
    }

    static String show(Map<Bytes, Bytes> content) {
        return content.entrySet().stream()
                .map(entry -> entry.getKey().printable() + "=" + show(entry.getValue()))
                .collect(Collectors.joining(" ", "{", "}"));
    }
}
