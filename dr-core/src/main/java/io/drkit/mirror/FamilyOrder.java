package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.WatchEvent;
import io.drkit.mirror.Families.Owner;
import io.drkit.mirror.SkippedKeys.Reason;
import io.drkit.object.StoredObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a standby with a control plane of its own takes objects. Its garbage collector deletes what has no owner there, within
 * milliseconds; its controllers make anew what an owner lacks. So parents go first, an object without any of its owners does not go at all, and
 * a family goes in one transaction, as far as it fits.
 *
 * <p>What has not been copied yet is pulled ahead where a family needs it. The copy will come to it, and find it done.
 */
final class FamilyOrder implements WriteOrder {

    /** An owner with more dependents than this has them come with their own pages: no transaction takes them all anyway. */
    private static final int LARGE = 1_000;

    /** So much is pulled into one page at most, for it is held in memory. */
    private static final int MOST_PULLED = 20_000;

    private final Families families;
    private final Differences differences;
    private final Strangers strangers;
    /** What was written before the copy came to it. */
    private final NavigableMap<Bytes, Pulled> pulled = new TreeMap<>();

    /** What the copy has yet to come to begins here; null where there is no such. */
    private @Nullable Bytes front;

    private long newest;
    private int pulledNow;
    private boolean restsOnPulled;
    /** Whether what the copy has not come to is taken to be absent from the standby, as it mostly is; each creation's guard knows better. */
    private boolean hopeful = true;

    FamilyOrder(Families families, Differences differences, Strangers strangers) {
        this.families = families;
        this.differences = differences;
        this.strangers = strangers;
    }

    /**
     * As little as will do, for there can be many.
     *
     * @param revision at which the primary last changed it
     */
    private record Pulled(long revision, int uidHash) {

        static final Pulled IN_DOUBT = new Pulled(0, 0);
    }

    /** One object that is to be written: what the primary has, and the change that brings it. */
    private static final class Member {

        final KeyValue entry;
        final Change change;
        final boolean created;
        final Optional<StoredObject> object;
        List<Owner> owners = List.of();
        /** Which of them are written with it. */
        final List<Member> parents = new ArrayList<>(1);
        /** Whether an owner is there already, or none has to be. */
        boolean safe;
        /** Another of its family, towards the one that stands for all; itself if it is the one. */
        Member family = this;
        /** Whether its place in the order was looked for; it may be on the way to itself. */
        boolean begun;

        boolean withheld;

        Member(KeyValue entry, Change change) {
            this.entry = entry;
            this.change = change;
            this.created = change.creates();
            this.object = StoredObject.read(entry.value());
        }

        /** Who stands for its family. */
        Member root() {
            Member root = this;
            while (root.family != root) {
                root.family = root.family.family;
                root = root.family;
            }
            return root;
        }

        @Nullable Member parentToBegin() {
            for (Member parent : parents) {
                if (!parent.begun) {
                    return parent;
                }
            }
            return null;
        }
    }

    @Override
    public boolean restsOnPulled() {
        return restsOnPulled;
    }

    @Override
    public Map<Bytes, Long> arrive(KeyRange part) {
        Bytes end = part.end();
        front = end;
        NavigableMap<Bytes, Pulled> here =
                end == null ? pulled.tailMap(part.start(), true) : pulled.subMap(part.start(), true, end, false);
        Map<Bytes, Long> arrived = new LinkedHashMap<>();
        here.forEach((key, each) -> arrived.put(key, each.revision()));
        here.clear();
        return arrived;
    }

    @Override
    public void remember(KeyValue entry) {
        remember(entry, StoredObject.read(entry.value()));
    }

    private void remember(KeyValue entry, Optional<StoredObject> object) {
        newest = Math.max(newest, entry.modRevision());
        int uidHash = object.map(read -> read.uid().hashCode()).orElse(0);
        pulled.put(entry.key(), new Pulled(entry.modRevision(), uidHash));
    }

    @Override
    public void doubt(Bytes key) {
        if (front != null && key.compareTo(front) >= 0) {
            pulled.put(key, Pulled.IN_DOUBT);
        }
    }

    @Override
    public void learn(KeyValue entry) {
        families.learn(entry);
    }

    @Override
    public void changed(WatchEvent event) {
        families.changed(event);
    }

    @Override
    public boolean goesFirst(Bytes key) {
        return first().stream().anyMatch(range -> range.contains(key));
    }

    @Override
    public Optional<Page> page(KeyRange range, int limit, long revision) {
        return families.knowsAll(revision) ? Optional.of(families.page(range, limit, revision)) : Optional.empty();
    }

    /** The kinds of custom resources and the namespaces: other objects can be nothing without them. */
    @Override
    public List<KeyRange> first() {
        return List.of(families.definitions(), families.namespaces());
    }

    @Override
    public long newest() {
        return newest;
    }

    @Override
    public void wasWrong() {
        hopeful = false;
    }

    @Override
    public void copiedTo(Bytes key) {
        front = key;
        families.passed(key);
    }

    @Override
    public void copied() {
        pulled.clear();
        front = null;
        newest = 0;
        families.forgetDependents();
    }

    @Override
    public List<List<Change>> arrange(
            Collection<Change> changes, Map<Bytes, KeyValue> wanted, Predicate<Bytes> ahead, boolean whole) {
        Map<Bytes, Member> members = new LinkedHashMap<>();
        Set<Bytes> leaving = changes.stream()
                .filter(change -> change.writesKey() && !change.putsKey())
                .map(Change::key)
                .collect(Collectors.toSet());
        List<List<Change>> groups = new ArrayList<>();
        for (Change change : changes) {
            KeyValue entry = wanted.get(change.key());
            if (entry != null && change.putsKey()) {
                members.put(change.key(), new Member(entry, change));
            } else {
                groups.add(List.of(change));
            }
        }
        boolean looks = !whole || !hopeful;
        List<Bytes> fresh = new ArrayList<>(members.keySet());
        pulledNow = 0;
        restsOnPulled = false;
        while (!fresh.isEmpty()) {
            Set<Bytes> missing =
                    resolveOwners(fresh, members, key -> leaving.contains(key) || (!looks && ahead.test(key)));
            missing.removeIf(key -> !ahead.test(key) || leaving.contains(key));
            if (whole) {
                fresh.stream()
                        .map(members::get)
                        .filter(member -> member != null && member.created)
                        .forEach(member -> addDependents(member, members, ahead, missing));
            }
            fresh = pull(missing, members, looks);
        }
        groups.addAll(sorted(members));
        return groups;
    }

    /**
     * Finds out which owners are there or among the members, and returns those that are neither.
     *
     * @param absent which are not there, or about to go, without a look
     */
    private Set<Bytes> resolveOwners(List<Bytes> fresh, Map<Bytes, Member> members, Predicate<Bytes> absent) {
        Map<Bytes, List<Owner>> open = new LinkedHashMap<>();
        for (Bytes key : fresh) {
            Member member = members.get(key);
            if (member == null) {
                continue;
            }
            member.owners = families.owners(member.entry, member.object);
            member.safe = member.owners.isEmpty() || !member.created;
            for (Owner owner : member.owners) {
                Pulled before = pulled.get(owner.key());
                if (members.containsKey(owner.key())) {
                    continue; // whether it goes is decided when they are sorted
                }
                if (before != null && !before.equals(Pulled.IN_DOUBT)) {
                    boolean isIt = before.uidHash() == owner.uid().hashCode();
                    restsOnPulled |= isIt && !member.safe;
                    member.safe |= isIt;
                } else {
                    open.computeIfAbsent(key, any -> new ArrayList<>()).add(owner);
                }
            }
        }
        Set<Bytes> asked = open.values().stream()
                .flatMap(List::stream)
                .map(Owner::key)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Map<Bytes, KeyValue> there = strangers
                .lookAt(asked.stream().filter(absent.negate()).toList())
                .entries();
        open.forEach((key, owners) -> {
            Member member = members.get(key);
            for (Owner owner : owners) {
                KeyValue entry = there.get(owner.key());
                if (entry != null && Families.is(owner, entry)) {
                    asked.remove(owner.key());
                    if (member != null) {
                        member.safe = true;
                    }
                }
            }
        });
        return asked;
    }

    private void addDependents(Member owner, Map<Bytes, Member> members, Predicate<Bytes> ahead, Set<Bytes> missing) {
        List<Bytes> dependents = families.dependents(owner.entry.key());
        if (dependents.size() > LARGE || pulledNow + missing.size() > MOST_PULLED) {
            return;
        }
        for (Bytes dependent : dependents) {
            if (ahead.test(dependent) && !members.containsKey(dependent) && !pulled.containsKey(dependent)) {
                missing.add(dependent);
            }
        }
    }

    private List<Bytes> pull(Set<Bytes> missing, Map<Bytes, Member> members, boolean looks) {
        List<Bytes> fresh = new ArrayList<>();
        if (missing.isEmpty()) {
            return fresh;
        }
        Strangers.Look there = strangers.lookAt(looks ? List.copyOf(missing) : List.of());
        for (KeyValue entry : families.read(missing)) {
            Bytes key = entry.key();
            if (!differences.isWanted(entry)) {
                continue;
            }
            differences
                    .level(key, entry, there.entries().get(key), there.marks().get(key), true)
                    .ifPresentOrElse(
                            change -> {
                                if (change.putsKey()) {
                                    Member member = new Member(entry, change);
                                    members.put(key, member);
                                    remember(entry, member.object);
                                    fresh.add(key);
                                    pulledNow++;
                                }
                            },
                            () -> {
                                if (!differences.isLeftAlone(key)) {
                                    remember(entry);
                                }
                            });
        }
        return fresh;
    }

    /** The members of each family, parents first; who has no owner left is replaced by a note that it was withheld. */
    private List<List<Change>> sorted(Map<Bytes, Member> members) {
        for (Member member : members.values()) {
            for (Owner owner : member.owners) {
                Member parent = members.get(owner.key());
                if (parent != null && Families.is(owner, parent.object)) {
                    member.parents.add(parent);
                    member.root().family = parent.root();
                }
            }
        }
        Map<Member, List<Change>> groups = new LinkedHashMap<>();
        for (Member member : members.values()) {
            place(member, groups.computeIfAbsent(member.root(), any -> new ArrayList<>()));
        }
        return groups.values().stream().filter(group -> !group.isEmpty()).toList();
    }

    /** Depth first, without recursion: chains can be deep. A parent on the way to itself counts as placed. */
    private void place(Member start, List<Change> group) {
        if (start.begun) {
            return;
        }
        List<Member> way = new ArrayList<>(List.of(start));
        start.begun = true;
        while (!way.isEmpty()) {
            Member member = way.get(way.size() - 1);
            Member next = member.parentToBegin();
            if (next != null) {
                next.begun = true;
                way.add(next);
                continue;
            }
            way.remove(way.size() - 1);
            boolean owned = member.safe || member.parents.stream().anyMatch(parent -> !parent.withheld);
            if (owned) {
                group.add(member.change);
            } else {
                member.withheld = true;
                pulled.remove(member.entry.key());
                withhold(member.entry.key(), member).ifPresent(group::add);
            }
        }
    }

    /** What the standby has there may be its own, and has to be known as such. */
    private Optional<Change> withhold(Bytes key, Member member) {
        Strangers.Look there = strangers.lookAt(member.change.creates() ? List.of() : List.of(key));
        return differences.leave(
                key, there.entries().get(key), there.marks().get(key), Reason.WITHHELD, orphaned(member));
    }

    private static String orphaned(Member member) {
        return "none of its owners is on the standby, whose garbage collector would delete it: "
                + member.owners.stream().map(owner -> owner.key().printable()).collect(Collectors.joining(", "));
    }
}
