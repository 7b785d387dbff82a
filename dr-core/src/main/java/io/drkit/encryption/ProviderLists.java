package io.drkit.encryption;

import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A rule's providers with keys added, moved and dropped. The lists given are never changed. */
final class ProviderLists {

    /** A key and what it is used for: keys of different algorithms have nothing to do with each other. */
    record Slot(Algorithm algorithm, EncryptionKey key) {

        boolean clashesWith(Slot other) {
            return algorithm == other.algorithm && key.clashesWith(other.key);
        }

        @Override
        public String toString() {
            return algorithm.providerName() + " " + key.name();
        }
    }

    private ProviderLists() {}

    static Set<Slot> slots(Collection<Provider> providers) {
        Set<Slot> slots = new LinkedHashSet<>();
        for (Provider provider : providers) {
            if (provider instanceof Local local) {
                local.keys().forEach(key -> slots.add(new Slot(local.algorithm(), key)));
            }
        }
        return slots;
    }

    /** The local key that writes. */
    static Optional<Slot> writer(List<Provider> providers) {
        return providers.get(0) instanceof Local local
                ? Optional.of(new Slot(local.algorithm(), local.keys().get(0)))
                : Optional.empty();
    }

    /** Who writes remains; what {@code provider} reads is read, too. */
    static List<Provider> adding(List<Provider> providers, Provider provider) {
        if (provider instanceof Local local) {
            List<Provider> all = providers;
            for (EncryptionKey key : local.keys()) {
                all = adding(all, new Slot(local.algorithm(), key));
            }
            return all;
        }
        if (providers.contains(provider)) {
            return providers;
        }
        if (provider instanceof Kms) {
            return inserted(providers, provider);
        }
        List<Provider> all = new ArrayList<>(providers);
        all.add(Identity.IDENTITY);
        return all;
    }

    /** The key comes after all that are there, beside those of its algorithm. */
    static List<Provider> adding(List<Provider> providers, Slot slot) {
        if (slots(providers).contains(slot)) {
            return providers;
        }
        for (int i = 0; i < providers.size(); i++) {
            if (providers.get(i) instanceof Local local && local.algorithm() == slot.algorithm()) {
                List<EncryptionKey> keys = new ArrayList<>(local.keys());
                keys.add(slot.key());
                List<Provider> all = new ArrayList<>(providers);
                all.set(i, new Local(slot.algorithm(), keys));
                return all;
            }
        }
        return inserted(providers, new Local(slot.algorithm(), List.of(slot.key())));
    }

    /** The key comes first, and so writes. */
    static List<Provider> writing(List<Provider> providers, Slot slot) {
        List<Provider> all = new ArrayList<>(dropping(providers, Set.of(slot)));
        if (!all.isEmpty() && all.get(0) instanceof Local local && local.algorithm() == slot.algorithm()) {
            List<EncryptionKey> keys = new ArrayList<>(local.keys());
            keys.add(0, slot.key());
            all.set(0, new Local(slot.algorithm(), keys));
        } else {
            all.add(0, new Local(slot.algorithm(), List.of(slot.key())));
        }
        return all;
    }

    static List<Provider> dropping(List<Provider> providers, Set<Slot> dropped) {
        return providers.stream()
                .map(provider -> dropping(provider, dropped))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Provider> dropping(Provider provider, Set<Slot> dropped) {
        if (!(provider instanceof Local local)) {
            return Optional.of(provider);
        }
        List<EncryptionKey> kept = local.keys().stream()
                .filter(key -> !dropped.contains(new Slot(local.algorithm(), key)))
                .toList();
        return kept.isEmpty() ? Optional.empty() : Optional.of(new Local(local.algorithm(), kept));
    }

    /** An identity at the end stays there, as everybody writes it; one that writes stays first. */
    private static List<Provider> inserted(List<Provider> providers, Provider provider) {
        int last = providers.size() - 1;
        boolean beforeLast = last > 0 && Objects.equals(providers.get(last), Identity.IDENTITY);
        List<Provider> all = new ArrayList<>(providers);
        all.add(beforeLast ? last : last + 1, provider);
        return all;
    }
}
