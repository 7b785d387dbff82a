package io.drkit.encryption;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.encryption.ProviderLists.Slot;
import io.drkit.keyspace.GroupResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One site's configuration, and what it takes to read another's values with it, resource by resource.
 *
 * <p>A key comes to no resource for which the other site does not use it, for there another of its name may be in use. So what one resource of
 * a rule needs and another does not divides the rule, and what only the other site names gets a rule of its own: before the wildcard that
 * decides about it here, or at the end, where it masks none. A rule with a KMS plugin stays whole, for its name may stand in one rule only: all
 * of its resources get what one needs.
 */
record ReadingAlong(EncryptionConfig own, EncryptionConfig other) {

    /** How resources are written for which this site has no rule yet. */
    enum Uncovered {
        /** As before: as they are. */
        WRITTEN_PLAIN,
        /** As the other site does. */
        WRITTEN_AS_THERE
    }

    /**
     * This site's configuration, which reads the other's values as well, as far as their keys are {@code wanted}.
     *
     * @throws UnsafeToProceedException when that brings keys together whose names clash, or is no valid configuration
     */
    EncryptionConfig extended(Predicate<Slot> wanted, Uncovered uncovered) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < own.rules().size(); i++) {
            rules.addAll(narrower(i, wanted));
            rules.addAll(divided(i, wanted));
        }
        rules.addAll(uncovered(wanted, uncovered));
        EncryptionConfig extended = config(rules);
        Set<Slot> clashing = clashesWithin(extended);
        clashing.removeAll(clashesWithin(own));
        if (!clashing.isEmpty()) {
            throw new UnsafeToProceedException(
                    "Two different keys have one name, and a rule with a KMS plugin would need both: " + clashing
                            + ". Give each resource of that rule a rule and a plugin name of its own, and try again.");
        }
        return extended;
    }

    /** Rules for what only the other site names, and a wildcard of this rule decides about here. */
    private List<Rule> narrower(int index, Predicate<Slot> wanted) {
        Map<List<Provider>, List<String>> exact = new LinkedHashMap<>();
        Map<List<Provider>, List<String>> wildcards = new LinkedHashMap<>();
        for (GroupResource wide : own.rules().get(index).patterns()) {
            if (isPlugged(own.providersFor(wide)) || !isFirst(wide, index)) {
                continue;
            }
            for (GroupResource pattern : covered(wide)) {
                GroupResource around = new GroupResource(pattern.group(), "*");
                GroupResource next = !around.equals(pattern) && covered(wide).contains(around) ? around : wide;
                List<Provider> providers = both(pattern, wanted);
                if (!pattern.equals(wide) && !providers.equals(both(next, wanted))) {
                    (pattern.resource().equals("*") ? wildcards : exact)
                            .computeIfAbsent(providers, each -> new ArrayList<>())
                            .add(pattern.toString());
                }
            }
        }
        List<Rule> rules = new ArrayList<>();
        exact.forEach((providers, resources) -> rules.add(new Rule(resources, providers)));
        wildcards.forEach((providers, resources) -> rules.add(new Rule(resources, providers)));
        return rules;
    }

    /** A rule, in as many as its resources need different keys. */
    private List<Rule> divided(int index, Predicate<Slot> wanted) {
        Rule rule = own.rules().get(index);
        List<Provider> whole = rule.providers();
        Map<List<Provider>, List<String>> parts = new LinkedHashMap<>();
        for (GroupResource pattern : rule.patterns()) {
            List<Provider> needed = takesMore(pattern) == index ? needed(pattern) : List.of();
            whole = extended(whole, needed, wanted);
            parts.computeIfAbsent(extended(rule.providers(), needed, wanted), each -> new ArrayList<>())
                    .add(pattern.toString());
        }
        if (isPlugged(rule.providers())) {
            return List.of(new Rule(rule.resources(), whole));
        }
        List<Rule> rules = new ArrayList<>();
        parts.forEach((providers, resources) -> rules.add(new Rule(resources, providers)));
        return rules;
    }

    /** Rules for what only the other site names, and no rule decides about here. */
    private List<Rule> uncovered(Predicate<Slot> wanted, Uncovered uncovered) {
        List<Rule> rules = new ArrayList<>();
        Set<GroupResource> done = new LinkedHashSet<>();
        List<Provider> plain = List.of(Identity.IDENTITY);
        for (Rule rule : other.rules()) {
            Map<List<Provider>, List<String>> missing = new LinkedHashMap<>();
            for (GroupResource pattern : rule.patterns()) {
                if (own.patternFor(pattern).isEmpty() && done.add(pattern)) {
                    List<Provider> there = other.providersFor(pattern);
                    List<Provider> providers = uncovered == Uncovered.WRITTEN_PLAIN
                            ? extended(plain, there, wanted)
                            : extended(there, plain, wanted);
                    missing.computeIfAbsent(providers, each -> new ArrayList<>())
                            .add(pattern.toString());
                }
            }
            missing.forEach((providers, resources) -> rules.add(new Rule(resources, providers)));
        }
        return rules;
    }

    /** Those of {@code candidates} that would be read for a resource along with another key of the same name, one of {@code others}. */
    Set<Slot> clashes(Set<Slot> candidates, Set<Slot> others) {
        Set<GroupResource> patterns = new LinkedHashSet<>(own.patterns());
        patterns.addAll(other.patterns());
        List<Set<Slot>> readTogether = new ArrayList<>();
        for (GroupResource pattern : patterns) {
            Set<Slot> together = ProviderLists.slots(own.providersFor(pattern));
            together.addAll(ProviderLists.slots(other.providersFor(pattern)));
            readTogether.add(together);
        }
        for (Rule rule : own.rules()) {
            Set<Slot> together = new LinkedHashSet<>();
            rule.patterns().stream()
                    .filter(pattern -> isPlugged(own.providersFor(pattern)))
                    .forEach(pattern -> {
                        together.addAll(ProviderLists.slots(own.providersFor(pattern)));
                        together.addAll(ProviderLists.slots(needed(pattern)));
                    });
            readTogether.add(together);
        }
        Set<Slot> clashing = new LinkedHashSet<>();
        for (Set<Slot> together : readTogether) {
            together.stream()
                    .filter(candidates::contains)
                    .filter(slot -> together.stream().filter(others::contains).anyMatch(slot::clashesWith))
                    .forEach(clashing::add);
        }
        return clashing;
    }

    /** Keys of one configuration whose names clash for a resource. */
    static Set<Slot> clashesWithin(EncryptionConfig config) {
        Set<Slot> clashing = new LinkedHashSet<>();
        for (GroupResource pattern : config.patterns()) {
            Set<Slot> together = ProviderLists.slots(config.providersFor(pattern));
            together.stream()
                    .filter(slot -> together.stream().anyMatch(slot::clashesWith))
                    .forEach(clashing::add);
        }
        return clashing;
    }

    /** What this site reads, and after it what the other does. */
    private List<Provider> both(GroupResource pattern, Predicate<Slot> wanted) {
        return extended(own.providersFor(pattern), other.providersFor(pattern), wanted);
    }

    private List<Provider> extended(List<Provider> providers, List<Provider> needed, Predicate<Slot> wanted) {
        List<Provider> all = providers;
        for (Provider provider : needed) {
            if (provider instanceof Local local) {
                for (EncryptionKey key : local.keys()) {
                    Slot slot = new Slot(local.algorithm(), key);
                    all = wanted.test(slot) ? ProviderLists.adding(all, slot) : all;
                }
            } else {
                refuseAnother(provider, all);
                all = ProviderLists.adding(all, provider);
            }
        }
        return all;
    }

    private static void refuseAnother(Provider provider, List<Provider> providers) {
        for (Provider present : providers) {
            if (provider instanceof Kms kms
                    && present instanceof Kms same
                    && kms.name().equals(same.name())
                    && !kms.equals(same)) {
                throw new UnsafeToProceedException("Both sites have a KMS provider named '" + kms.name()
                        + "', and they are not the same. Have one of them store its values under another name first:"
                        + " add a provider of a new name, move it first, and rewrite through kube-apiserver.");
            }
        }
    }

    /** What the other site reads, and this one not yet, for what a resource or wildcard of this site's rules decides about. */
    private List<Provider> needed(GroupResource pattern) {
        List<Provider> present = own.providersFor(pattern);
        List<Provider> needed = new ArrayList<>();
        for (GroupResource resource : isPlugged(present) ? covered(pattern) : Set.of(pattern)) {
            ProviderLists.dropping(other.providersFor(resource), ProviderLists.slots(present)).stream()
                    .filter(provider -> provider instanceof Local || !present.contains(provider))
                    .forEach(needed::add);
        }
        return needed;
    }

    /** A resource or wildcard of this site's rules, and those of the other's about which it decides here. */
    private Set<GroupResource> covered(GroupResource pattern) {
        Set<GroupResource> covered = new LinkedHashSet<>(Set.of(pattern));
        for (GroupResource narrower : other.patterns()) {
            own.patternFor(narrower).filter(pattern::equals).ifPresent(same -> covered.add(narrower));
        }
        return covered;
    }

    private boolean isFirst(GroupResource pattern, int index) {
        return own.rules().subList(0, index).stream()
                .noneMatch(rule -> rule.patterns().contains(pattern));
    }

    /** Of the rules that name a resource or wildcard, the one to which keys are added: that with a plugin, or the last. */
    private int takesMore(GroupResource pattern) {
        int last = -1;
        for (int i = 0; i < own.rules().size(); i++) {
            Rule rule = own.rules().get(i);
            if (rule.patterns().contains(pattern)) {
                if (isPlugged(rule.providers())) {
                    return i;
                }
                last = i;
            }
        }
        return last;
    }

    private static boolean isPlugged(List<Provider> providers) {
        return providers.stream().anyMatch(Kms.class::isInstance);
    }

    /** Keys, and providers without keys, by which a site may have stored what another does not read, or takes for what is under another key. */
    static Set<Object> missing(EncryptionConfig reader, EncryptionConfig writer) {
        Set<GroupResource> patterns = new LinkedHashSet<>(writer.patterns());
        patterns.addAll(reader.patterns());
        Set<Object> missing = new LinkedHashSet<>();
        for (GroupResource pattern : patterns) {
            Set<Slot> present = ProviderLists.slots(reader.providersFor(pattern));
            Set<Object> wanted = units(writer.providersFor(pattern));
            wanted.removeAll(units(reader.providersFor(pattern)));
            missing.addAll(wanted);
            ProviderLists.slots(writer.providersFor(pattern)).stream()
                    .filter(slot -> present.stream().anyMatch(slot::clashesWith))
                    .forEach(missing::add);
        }
        return missing;
    }

    private static Set<Object> units(List<Provider> providers) {
        Set<Object> units = new LinkedHashSet<>(ProviderLists.slots(providers));
        providers.stream().filter(provider -> !(provider instanceof Local)).forEach(units::add);
        return units;
    }

    static EncryptionConfig config(List<Rule> rules) {
        try {
            return new EncryptionConfig(rules);
        } catch (IllegalArgumentException e) {
            throw new UnsafeToProceedException("The two configurations do not fit into one file: " + e.getMessage()
                    + " Change the rules of one site so that they name the same resources, and try again.");
        }
    }
}
