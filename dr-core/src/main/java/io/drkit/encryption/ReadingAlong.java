package io.drkit.encryption;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.encryption.ProviderLists.Slot;
import io.drkit.keyspace.GroupResource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One site's configuration, and what it takes to read another's values with it, rule by rule.
 *
 * <p>A rule has to read what the other site's rules write for its resources, and for those that only the other site names and this rule's
 * wildcard covers. Resources that no rule here covers get rules of their own, at the end, where they mask none.
 */
record ReadingAlong(EncryptionConfig own, EncryptionConfig other) {

    /** How resources are written for which this site has no rule yet. */
    enum Uncovered {
        /** As before: as they are. */
        WRITTEN_PLAIN,
        /** As the other site does. */
        WRITTEN_AS_THERE
    }

    /** This site's configuration, which reads the other's values as well, as far as their keys are {@code wanted}. */
    EncryptionConfig extended(Predicate<Slot> wanted, Uncovered uncovered) {
        List<Rule> rules = new ArrayList<>();
        for (Rule rule : own.rules()) {
            rules.add(new Rule(rule.resources(), extended(rule.providers(), needed(rule), wanted)));
        }
        for (Rule rule : other.rules()) {
            List<String> missing = rule.resources().stream()
                    .filter(resource ->
                            own.patternFor(GroupResource.parse(resource)).isEmpty())
                    .toList();
            List<Provider> plain = List.of(Identity.IDENTITY);
            if (!missing.isEmpty()) {
                rules.add(new Rule(
                        missing,
                        uncovered == Uncovered.WRITTEN_PLAIN
                                ? extended(plain, rule.providers(), wanted)
                                : extended(rule.providers(), plain, wanted)));
            }
        }
        return config(rules);
    }

    /** Those of {@code candidates} that one of this site's rules would read along with another key of the same name, one of {@code others}. */
    Set<Slot> clashes(Set<Slot> candidates, Set<Slot> others) {
        Set<Slot> clashing = new LinkedHashSet<>();
        for (Rule rule : own.rules()) {
            Set<Slot> together = ProviderLists.slots(needed(rule));
            rule.patterns().forEach(pattern -> together.addAll(ProviderLists.slots(own.providersFor(pattern))));
            together.stream()
                    .filter(candidates::contains)
                    .filter(slot -> together.stream().filter(others::contains).anyMatch(slot::clashesWith))
                    .forEach(clashing::add);
        }
        return clashing;
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

    /** What the other site reads for the resources that a rule decides about. */
    private List<Provider> needed(Rule rule) {
        Set<GroupResource> patterns = new LinkedHashSet<>(rule.patterns());
        for (GroupResource pattern : other.patterns()) {
            own.patternFor(pattern).filter(rule.patterns()::contains).ifPresent(covering -> patterns.add(pattern));
        }
        List<Provider> needed = new ArrayList<>();
        patterns.forEach(pattern -> needed.addAll(other.providersFor(pattern)));
        return needed;
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
