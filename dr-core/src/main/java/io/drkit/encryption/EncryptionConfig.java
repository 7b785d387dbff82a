package io.drkit.encryption;

import io.drkit.encryption.Provider.Identity;
import io.drkit.file.PrivateFile;
import io.drkit.keyspace.GroupResource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An {@code EncryptionConfiguration} of {@code apiserver.config.k8s.io/v1}: which providers store and read which resources.
 *
 * <p>Valid by construction, as kube-apiserver judges it. Immutable. Nothing it throws or prints bears a secret; only {@link #toYaml} does.
 */
public record EncryptionConfig(List<Rule> rules) {

    private static final String ANY = "*";

    /**
     * Providers for some resources.
     *
     * @param resources {@code secrets}, {@code deployments.apps}, {@code *.apps} for a group, {@code *.} for the core group, {@code *.*} for
     *     all. Where several rules fit a resource, the most specific kind counts
     */
    public record Rule(List<String> resources, List<Provider> providers) {

        public Rule {
            resources = List.copyOf(resources);
            providers = List.copyOf(providers);
        }

        List<GroupResource> patterns() {
            return resources.stream().map(GroupResource::parse).toList();
        }
    }

    /** @throws IllegalArgumentException when kube-apiserver would not take it; names the place, and never a secret */
    public EncryptionConfig {
        rules = List.copyOf(rules);
        EncryptionConfigValidation.validate(rules);
    }

    /**
     * Reads a configuration from YAML or JSON. Fields that kube-apiserver does not know are refused, because it ignores them and they would be
     * lost when the configuration is written again.
     *
     * @param source how the text is called in messages: its file, say
     * @throws IllegalArgumentException when it is not one; names the place, and never a secret
     */
    public static EncryptionConfig parse(String text, String source) {
        return EncryptionConfigYaml.parse(text, source);
    }

    /** Reads a file as {@link #parse} does. A file that cannot be read is an {@link IllegalArgumentException}, too. */
    public static EncryptionConfig read(Path file) {
        return EncryptionConfigYaml.read(file);
    }

    /** The configuration as kube-apiserver reads it, secrets included. */
    public String toYaml() {
        return EncryptionConfigYaml.write(this);
    }

    /** Writes {@link #toYaml} to a file that only its owner may read; a file that is there is replaced in one step. */
    public void write(Path file) throws IOException {
        PrivateFile.write(file, toYaml());
    }

    /** The providers for a resource, in the order in which they read; the first writes. Identity alone where no rule fits. */
    public List<Provider> providersFor(GroupResource resource) {
        return patternFor(resource).map(this::providersOf).orElse(List.of(Identity.IDENTITY));
    }

    /** The resource or wildcard of a rule that decides about {@code resource}, which may be a wildcard itself. */
    Optional<GroupResource> patternFor(GroupResource resource) {
        Set<GroupResource> patterns = patterns();
        return Stream.of(resource, new GroupResource(resource.group(), ANY), new GroupResource(ANY, ANY))
                .filter(patterns::contains)
                .findFirst();
    }

    /** Whether for every resource the same key writes here and there. Otherwise what the one writes the other may not read. */
    public boolean writesLike(EncryptionConfig other) {
        return Stream.concat(patterns().stream(), other.patterns().stream())
                .allMatch(resource -> writer(resource).equals(other.writer(resource)));
    }

    private Object writer(GroupResource resource) {
        List<Provider> all = providersFor(resource);
        return ProviderLists.writer(all).<Object>map(slot -> slot).orElse(all.get(0));
    }

    /** Every resource or wildcard that a rule names, in order. */
    Set<GroupResource> patterns() {
        Set<GroupResource> patterns = new LinkedHashSet<>();
        rules.forEach(rule -> patterns.addAll(rule.patterns()));
        return patterns;
    }

    /** kube-apiserver appends the providers of several rules for the same resource. */
    private List<Provider> providersOf(GroupResource pattern) {
        List<Provider> providers = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.patterns().contains(pattern)) {
                providers.addAll(rule.providers());
            }
        }
        return providers;
    }
}
