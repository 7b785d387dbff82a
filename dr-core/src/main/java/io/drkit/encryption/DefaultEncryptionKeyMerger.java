package io.drkit.encryption;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.MergePlan.Side;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.ProviderLists.Slot;
import io.drkit.encryption.ReadingAlong.Uncovered;
import io.drkit.keyspace.GroupResource;
import io.drkit.keystore.Bytes;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Merges two configurations by what they say.
 *
 * <p>A key that has a name in common with another is given up: by the standby, or by the primary where it has both. The stages follow from
 * that: everything is read by everybody before anybody writes it, and nothing is stored under a key any more before it is dropped.
 */
public final class DefaultEncryptionKeyMerger implements EncryptionKeyMerger {

    private final SecureRandom random;

    public DefaultEncryptionKeyMerger() {
        this(new SecureRandom());
    }

    /** @param random what fresh keys are made of */
    public DefaultEncryptionKeyMerger(SecureRandom random) {
        this.random = random;
    }

    @Override
    public EncryptionConfig merge(EncryptionConfig primary, EncryptionConfig standby) {
        Set<Slot> clashing = new LinkedHashSet<>(givenUpByPrimary(primary, standby));
        clashing.addAll(givenUpByStandby(primary, standby, Set.of()));
        if (!clashing.isEmpty()) {
            throw new UnsafeToProceedException(
                    "One file cannot serve both sites, for two different keys have one name: " + clashing
                            + ". kube-apiserver would take one for the other. Use the plan of stages instead.");
        }
        return new ReadingAlong(primary, standby).extended(slot -> true, Uncovered.WRITTEN_AS_THERE);
    }

    @Override
    public MergePlan plan(EncryptionConfig primary, EncryptionConfig standby) {
        Set<Slot> primaryDrops = givenUpByPrimary(primary, standby);
        Set<Slot> standbyDrops = givenUpByStandby(primary, standby, primaryDrops);
        refuseToRewriteUnderKms(primary, primaryDrops, Side.PRIMARY);
        refuseToRewriteUnderKms(standby, standbyDrops, Side.STANDBY);
        Set<String> taken = names(primary, standby);
        Map<Algorithm, Slot> primaryFresh = fresh(primary, primaryDrops, taken);
        Map<Algorithm, Slot> standbyFresh = fresh(standby, standbyDrops, taken);

        Stages stages = new Stages(primary, standby);
        stages.install(
                Side.STANDBY,
                new ReadingAlong(
                                reading(standby, standbyDrops, standbyFresh),
                                reading(primary, primaryDrops, primaryFresh))
                        .extended(harmless(primaryDrops, standbyDrops), Uncovered.WRITTEN_PLAIN),
                "Lets the standby read what does not clash with its own keys"
                        + (standbyFresh.isEmpty() ? "." : ", and a fresh key, before anybody writes with it."));
        stages.install(
                Side.PRIMARY,
                new ReadingAlong(reading(primary, primaryDrops, primaryFresh), stages.of(Side.STANDBY))
                        .extended(harmless(standbyDrops, primaryDrops), Uncovered.WRITTEN_PLAIN),
                "Lets the primary read what the standby writes, or will write.");
        giveUp(stages, Side.PRIMARY, primaryDrops, primaryFresh);
        giveUp(stages, Side.STANDBY, standbyDrops, standbyFresh);
        readEachOther(stages);
        return new MergePlan(stages.all(), notes(stages, primaryDrops, standbyDrops));
    }

    /** Where a rule with a plugin gives one site more than the other needs, that goes to and fro until both have it. */
    private static void readEachOther(Stages stages) {
        EncryptionConfig standby = stages.of(Side.STANDBY);
        EncryptionConfig primary = stages.of(Side.PRIMARY);
        for (boolean grown = true; grown; ) {
            EncryptionConfig more = new ReadingAlong(standby, primary).extended(slot -> true, Uncovered.WRITTEN_PLAIN);
            primary = new ReadingAlong(primary, more).extended(slot -> true, Uncovered.WRITTEN_PLAIN);
            grown = !more.equals(standby);
            standby = more;
        }
        stages.install(Side.STANDBY, standby, lastPurpose(Side.STANDBY));
        stages.install(Side.PRIMARY, primary, lastPurpose(Side.PRIMARY));
    }

    private static String lastPurpose(Side side) {
        return "Lets the " + side + " read all that the " + other(side) + " writes, for no name clashes any more.";
    }

    /** Moves a site off the keys whose names clash, and then takes these from it. */
    private static void giveUp(Stages stages, Side side, Set<Slot> dropped, Map<Algorithm, Slot> fresh) {
        if (dropped.isEmpty()) {
            return;
        }
        stages.rewrite(
                side,
                changed(stages.of(side), providers -> writing(providers, dropped, fresh)),
                "Puts all values of the " + side + " under a key whose name nobody else uses.");
        stages.install(
                side,
                changed(stages.of(side), providers -> ProviderLists.dropping(providers, dropped)),
                "Takes " + dropped + " from the " + side + ", under which nothing is stored any more.");
    }

    /** Two keys of one name at the primary itself, or in what a rule of the standby would have to read of it. */
    private static Set<Slot> givenUpByPrimary(EncryptionConfig primary, EncryptionConfig standby) {
        Set<Slot> own = slots(primary);
        Set<Slot> clashing = new LinkedHashSet<>(new ReadingAlong(primary, primary).clashes(own, own));
        clashing.addAll(new ReadingAlong(standby, primary).clashes(own, own));
        return clashing;
    }

    /** What clashes at the standby itself, or with what the primary keeps. */
    private static Set<Slot> givenUpByStandby(
            EncryptionConfig primary, EncryptionConfig standby, Set<Slot> givenUpByPrimary) {
        EncryptionConfig kept = changed(primary, providers -> keptOr(providers, givenUpByPrimary));
        Set<Slot> all = new LinkedHashSet<>(slots(kept));
        Set<Slot> own = new LinkedHashSet<>(slots(standby));
        own.removeAll(all);
        all.addAll(own);
        Set<Slot> clashing = new LinkedHashSet<>(new ReadingAlong(standby, kept).clashes(own, all));
        clashing.addAll(new ReadingAlong(kept, standby).clashes(own, all));
        return clashing;
    }

    /** A rule that would be left without providers keeps identity, in a configuration that is only compared with. */
    private static List<Provider> keptOr(List<Provider> providers, Set<Slot> dropped) {
        List<Provider> kept = ProviderLists.dropping(providers, dropped);
        return kept.isEmpty() ? List.of(Identity.IDENTITY) : kept;
    }

    private static void refuseToRewriteUnderKms(EncryptionConfig config, Set<Slot> dropped, Side side) {
        for (GroupResource pattern : config.patterns()) {
            List<Provider> providers = config.providersFor(pattern);
            boolean concerned = ProviderLists.slots(providers).stream().anyMatch(dropped::contains);
            if (concerned && providers.get(0) instanceof Kms kms) {
                throw new UnsafeToProceedException(
                        "The " + side + " still reads with " + dropped
                                + ", whose name clashes, and writes with " + kms
                                + ", which only its plugin can. Rewrite its values through kube-apiserver, take the old key from its configuration, and plan again.");
            }
        }
    }

    /** A key for each algorithm by which the site writes with one that it gives up. */
    private Map<Algorithm, Slot> fresh(EncryptionConfig config, Set<Slot> dropped, Set<String> taken) {
        Map<Algorithm, Slot> fresh = new EnumMap<>(Algorithm.class);
        for (Rule rule : config.rules()) {
            ProviderLists.writer(rule.providers())
                    .filter(dropped::contains)
                    .ifPresent(writer -> fresh.computeIfAbsent(writer.algorithm(), each -> freshKey(each, taken)));
        }
        return fresh;
    }

    private Slot freshKey(Algorithm algorithm, Set<String> taken) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        String name;
        do {
            byte[] tag = new byte[4];
            random.nextBytes(tag);
            name = "drkit-" + HexFormat.of().formatHex(tag);
        } while (!taken.add(name));
        return new Slot(algorithm, new EncryptionKey(name, Bytes.wrap(secret)));
    }

    private static EncryptionConfig reading(EncryptionConfig config, Set<Slot> dropped, Map<Algorithm, Slot> fresh) {
        return changed(
                config,
                providers -> ProviderLists.writer(providers)
                        .filter(dropped::contains)
                        .map(writer -> ProviderLists.adding(providers, slot(fresh, writer)))
                        .orElse(providers));
    }

    private static List<Provider> writing(List<Provider> providers, Set<Slot> dropped, Map<Algorithm, Slot> fresh) {
        return ProviderLists.writer(providers)
                .filter(dropped::contains)
                .map(writer -> ProviderLists.writing(providers, slot(fresh, writer)))
                .orElse(providers);
    }

    private static Slot slot(Map<Algorithm, Slot> fresh, Slot writer) {
        Slot slot = fresh.get(writer.algorithm());
        if (slot == null) {
            throw new IllegalStateException("no fresh key for " + writer);
        }
        return slot;
    }

    /** Keys that the one site goes on using, and that do not clash with those which the other still has to give up. */
    private static Predicate<Slot> harmless(Set<Slot> givenUpThere, Set<Slot> givenUpHere) {
        return slot -> !givenUpThere.contains(slot) && givenUpHere.stream().noneMatch(slot::clashesWith);
    }

    private static EncryptionConfig changed(EncryptionConfig config, UnaryOperator<List<Provider>> change) {
        return ReadingAlong.config(config.rules().stream()
                .map(rule -> new Rule(rule.resources(), change.apply(rule.providers())))
                .toList());
    }

    static Set<Slot> slots(EncryptionConfig config) {
        Set<Slot> slots = new LinkedHashSet<>();
        config.rules().forEach(rule -> slots.addAll(ProviderLists.slots(rule.providers())));
        return slots;
    }

    private static Set<String> names(EncryptionConfig... configs) {
        Set<String> names = new LinkedHashSet<>();
        for (EncryptionConfig config : configs) {
            slots(config).forEach(slot -> names.add(slot.key().name()));
        }
        return names;
    }

    private static Side other(Side side) {
        return side == Side.PRIMARY ? Side.STANDBY : Side.PRIMARY;
    }

    private static List<String> notes(Stages stages, Set<Slot> primaryDrops, Set<Slot> standbyDrops) {
        List<String> notes = new ArrayList<>();
        Set<Kms> plugins = new LinkedHashSet<>();
        for (Side side : Side.values()) {
            for (Rule rule : stages.of(side).rules()) {
                rule.providers().forEach(provider -> {
                    if (provider instanceof Kms kms) {
                        plugins.add(kms);
                    }
                });
            }
        }
        plugins.forEach(kms -> notes.add("The plugin of " + kms + " has to run on the control-plane nodes of both sites"
                + " and use the same key; DrKit cannot tell whether it does."));
        notePlain(notes, stages);
        if (!standbyDrops.isEmpty()) {
            notes.add(
                    "Where the primary's values were mirrored to the standby as they are stored, those are unreadable there"
                            + " until the last stage, and inspect counts them; none is lost.");
        }
        noteDropped(notes, Side.PRIMARY, primaryDrops);
        noteDropped(notes, Side.STANDBY, standbyDrops);
        return notes;
    }

    /** Each site goes on writing as it did: what only the one encrypts, the other stores as it is, also after a failover. */
    private static void notePlain(List<String> notes, Stages stages) {
        for (Side side : Side.values()) {
            EncryptionConfig config = stages.of(side);
            List<GroupResource> plain = stages.of(other(side)).patterns().stream()
                    .filter(resource -> config.providersFor(resource).get(0) instanceof Identity)
                    .filter(resource ->
                            !(stages.of(other(side)).providersFor(resource).get(0) instanceof Identity))
                    .toList();
            if (!plain.isEmpty()) {
                notes.add(
                        "The " + side + " goes on storing " + plain + " unencrypted, which the " + other(side)
                                + " encrypts. To change that, move a key of theirs first in its last file, restart and rewrite.");
            }
        }
    }

    private static void noteDropped(List<String> notes, Side side, Set<Slot> dropped) {
        if (!dropped.isEmpty()) {
            notes.add("Snapshots taken of the " + side + "'s etcd before hold values under " + dropped
                    + ": keep its present configuration with them.");
        }
    }
}
