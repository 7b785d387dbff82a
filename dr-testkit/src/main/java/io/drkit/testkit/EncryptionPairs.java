package io.drkit.testkit;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.EncryptionKey;
import io.drkit.encryption.Provider;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.keystore.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Random pairs of configurations that have much in common: few names, few secrets, overlapping resources. One that fails is cut down to what
 * it takes.
 */
record EncryptionPairs(EncryptionConfig primary, EncryptionConfig standby) {

    private static final List<String> PATTERNS = List.of(
            "secrets", "configmaps", "deployments.apps", "widgets.example.com", "*.", "*.apps", "*.example.com", "*.*");
    private static final List<String> NAMES = List.of("key1", "key2", "a", "a:b");
    private static final String SECRETS = "ABCD";

    static EncryptionPairs random(long seed) {
        Random random = new Random(seed);
        boolean orderly = random.nextInt(4) > 0;
        boolean kms = random.nextInt(8) == 0;
        return new EncryptionPairs(config(random, orderly, kms), config(random, orderly, kms));
    }

    /** @param orderly whether each name has one secret at the site */
    private static EncryptionConfig config(Random random, boolean orderly, boolean kms) {
        String site = "";
        for (int i = 0; i < NAMES.size(); i++) {
            site += SECRETS.charAt(random.nextInt(SECRETS.length()));
        }
        while (true) {
            List<Rule> rules = new ArrayList<>();
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                rules.add(rule(random, orderly ? site : "", kms));
            }
            try {
                return new EncryptionConfig(rules);
            } catch (IllegalArgumentException masked) {
                // Another one, then.
            }
        }
    }

    private static Rule rule(Random random, String site, boolean kms) {
        Set<String> patterns = new LinkedHashSet<>();
        int count = random.nextInt(3) == 0 ? 2 : 1;
        while (patterns.size() < count) {
            patterns.add(PATTERNS.get(random.nextInt(PATTERNS.size())));
        }
        List<Provider> providers = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int kind = random.nextInt(kms ? 6 : 5);
            providers.add(
                    switch (kind) {
                        case 0, 1 -> local(random, Algorithm.AESCBC, site);
                        case 2 -> local(random, Algorithm.AESGCM, site);
                        case 3 -> local(random, Algorithm.SECRETBOX, site);
                        case 4 -> new Identity();
                        default -> kms(random);
                    });
        }
        return new Rule(List.copyOf(patterns), providers);
    }

    private static Kms kms(Random random) {
        int which = random.nextInt(6);
        return new Kms(
                which < 4 ? "v2" : "v1",
                "plugin" + random.nextInt(3),
                "unix:///run/" + (which == 0 ? "other" : "kms"),
                null,
                null);
    }

    private static Local local(Random random, Algorithm algorithm, String site) {
        List<EncryptionKey> keys = new ArrayList<>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            int name = random.nextInt(NAMES.size());
            char letter = site.isEmpty() ? SECRETS.charAt(random.nextInt(SECRETS.length())) : site.charAt(name);
            keys.add(new EncryptionKey(
                    NAMES.get(name), Bytes.utf8(String.valueOf(letter).repeat(32))));
        }
        return new Local(algorithm, keys);
    }

    boolean hasKms() {
        return Stream.of(primary, standby)
                .flatMap(config -> config.rules().stream())
                .flatMap(rule -> rule.providers().stream())
                .anyMatch(Kms.class::isInstance);
    }

    /** Runs the laws; a failure is told with the smallest pair that fails, too. */
    void check(Consumer<EncryptionPairs> laws, String called) {
        Throwable failure = failure(laws);
        if (failure == null) {
            return;
        }
        EncryptionPairs smallest = this;
        for (boolean smaller = true; smaller; ) {
            smaller = false;
            for (EncryptionPairs candidate : smallest.smaller()) {
                Throwable other = candidate.failure(laws);
                if (other != null && other.getClass() == failure.getClass()) {
                    smallest = candidate;
                    failure = other;
                    smaller = true;
                    break;
                }
            }
        }
        throw new AssertionError(called + ", cut down to\n" + smallest + "\n" + failure.getMessage(), failure);
    }

    private @Nullable Throwable failure(Consumer<EncryptionPairs> laws) {
        try {
            laws.accept(this);
            return null;
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
    }

    private List<EncryptionPairs> smaller() {
        List<EncryptionPairs> all = new ArrayList<>();
        smaller(primary).forEach(config -> all.add(new EncryptionPairs(config, standby)));
        smaller(standby).forEach(config -> all.add(new EncryptionPairs(primary, config)));
        return all;
    }

    private static List<EncryptionConfig> smaller(EncryptionConfig config) {
        List<EncryptionConfig> all = new ArrayList<>();
        for (List<Rule> rules : smaller(config.rules(), EncryptionPairs::smaller)) {
            try {
                all.add(new EncryptionConfig(rules));
            } catch (IllegalArgumentException invalid) {
                // Then not this one.
            }
        }
        return all;
    }

    private static List<Rule> smaller(Rule rule) {
        List<Rule> all = new ArrayList<>();
        smaller(rule.resources(), resource -> List.<String>of())
                .forEach(resources -> all.add(new Rule(resources, rule.providers())));
        smaller(rule.providers(), EncryptionPairs::smaller)
                .forEach(providers -> all.add(new Rule(rule.resources(), providers)));
        return all;
    }

    private static List<Provider> smaller(Provider provider) {
        List<Provider> all = new ArrayList<>();
        if (provider instanceof Local local) {
            smaller(local.keys(), key -> List.<EncryptionKey>of())
                    .forEach(keys -> all.add(new Local(local.algorithm(), keys)));
        }
        return all;
    }

    /** The list less one element, or with one made smaller. */
    private static <T> List<List<T>> smaller(List<T> list, Function<T, List<T>> each) {
        List<List<T>> all = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            List<T> less = new ArrayList<>(list);
            less.remove(i);
            if (!less.isEmpty()) {
                all.add(less);
            }
            for (T one : each.apply(list.get(i))) {
                List<T> changed = new ArrayList<>(list);
                changed.set(i, one);
                all.add(changed);
            }
        }
        return all;
    }

    /** With a letter of the secret, which is nobody's. */
    static String told(EncryptionKey key) {
        return key.name() + "="
                + (key.secret().utf8().matches("([" + SECRETS + "])\\1{31}")
                        ? key.secret().utf8().charAt(0)
                        : "fresh");
    }

    static String told(EncryptionConfig config) {
        StringBuilder text = new StringBuilder();
        for (Rule rule : config.rules()) {
            text.append("    ").append(rule.resources()).append(":");
            for (Provider provider : rule.providers()) {
                text.append(' ');
                if (provider instanceof Local local) {
                    text.append(local.algorithm().providerName())
                            .append(local.keys().stream()
                                    .map(EncryptionPairs::told)
                                    .toList());
                } else {
                    text.append(provider instanceof Kms kms ? kms + "@" + kms.endpoint() : provider);
                }
            }
            text.append('\n');
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "  primary:\n" + told(primary) + "  standby:\n" + told(standby);
    }
}
