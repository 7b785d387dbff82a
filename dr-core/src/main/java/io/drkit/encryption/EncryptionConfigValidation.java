package io.drkit.encryption;

import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.keyspace.GroupResource;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What kube-apiserver demands of an encryption configuration (apiserver's {@code ValidateEncryptionConfiguration}, and its refusal of masked
 * rules as it loads the providers). One message for the first fault; it holds no secret.
 */
final class EncryptionConfigValidation {

    private static final Pattern GO_DURATION =
            Pattern.compile("\\+?(?=.*[1-9])((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))+");
    private static final Set<String> NOT_REST =
            Set.of("apiserveripinfo", "serviceipallocations", "servicenodeportallocations");

    private final Set<String> kmsNames = new HashSet<>();
    private final Set<GroupResource> wildcards = new HashSet<>();

    private EncryptionConfigValidation() {}

    static void validate(List<Rule> rules) {
        require(!rules.isEmpty(), "resources", "at least one rule is required");
        EncryptionConfigValidation validation = new EncryptionConfigValidation();
        for (int i = 0; i < rules.size(); i++) {
            validation.rule(rules.get(i), "resources[" + i + "]");
        }
    }

    private void rule(Rule rule, String at) {
        require(!rule.resources().isEmpty(), at + ".resources", "at least one resource is required");
        for (int i = 0; i < rule.resources().size(); i++) {
            resource(rule.resources().get(i), at + ".resources[" + i + "]");
        }
        overlap(rule.patterns(), at + ".resources");
        rule.patterns().forEach(pattern -> masked(pattern, at + ".resources"));
        rule.patterns().stream()
                .filter(pattern -> pattern.resource().equals("*"))
                .forEach(wildcards::add);
        require(!rule.providers().isEmpty(), at + ".providers", "at least one provider is required");
        for (int i = 0; i < rule.providers().size(); i++) {
            String here = at + ".providers[" + i + "]";
            if (rule.providers().get(i) instanceof Local local) {
                keys(local, here + "." + local.algorithm().providerName() + ".keys");
            } else if (rule.providers().get(i) instanceof Kms kms) {
                kms(kms, here + ".kms");
            }
        }
    }

    private static void resource(String name, String at) {
        GroupResource resource = GroupResource.parse(name);
        require(name.equals(name.toLowerCase(Locale.ROOT)), at, "a resource's name has no capital letters");
        require(!name.equals("*"), at, "use '*.' for the core group's resources, or '*.*' for all");
        require(!NOT_REST.contains(name), at, "what has no REST API cannot be encrypted");
        require(!resource.group().equals("events.k8s.io"), at, "events are stored in the core group: use 'events'");
        require(!resource.group().equals("extensions"), at, "the group 'extensions' has been removed");
        require(
                !resource.group().equals("*") || resource.resource().equals("*"),
                at,
                "one resource across groups is not supported");
        require(!resource.resource().isEmpty(), at, "a resource has a name");
    }

    private static void overlap(List<GroupResource> patterns, String at) {
        require(new HashSet<>(patterns).size() == patterns.size(), at, "a resource is named twice");
        for (GroupResource wide : patterns) {
            for (GroupResource narrow : patterns) {
                require(
                        wide.equals(narrow) || !covers(wide, narrow),
                        at,
                        "'" + wide + "' masks '" + narrow + "': put them into two rules, the narrower first");
            }
        }
    }

    private void masked(GroupResource pattern, String at) {
        for (GroupResource earlier : wildcards) {
            require(
                    !covers(earlier, pattern),
                    at,
                    "'" + pattern + "' is masked by '" + earlier + "' of an earlier rule");
        }
    }

    private static boolean covers(GroupResource wide, GroupResource narrow) {
        return wide.resource().equals("*")
                && (wide.group().equals("*") || wide.group().equals(narrow.group()));
    }

    private static void keys(Local provider, String at) {
        require(!provider.keys().isEmpty(), at, "at least one key is required");
        for (int i = 0; i < provider.keys().size(); i++) {
            EncryptionKey key = provider.keys().get(i);
            List<Integer> sizes = provider.algorithm().secretSizes();
            require(!key.name().isEmpty(), at + "[" + i + "].name", "it is mandatory");
            require(
                    sizes.contains(key.secret().size()),
                    at + "[" + i + "].secret",
                    "a secret of " + key.secret().size() + " bytes; expected is one of " + sizes);
        }
    }

    private void kms(Kms kms, String at) {
        boolean v1 = kms.apiVersion().equals("v1");
        require(v1 || kms.apiVersion().equals("v2"), at + ".apiVersion", "v1 or v2 is expected");
        require(!kms.name().isEmpty(), at + ".name", "it is mandatory");
        require(v1 || kms.name().indexOf(':') < 0, at + ".name", "no colon is allowed");
        require(kmsNames.add(kms.name()) || v1, at + ".name", "it is used twice");
        require(isUnixSocket(kms.endpoint()), at + ".endpoint", "a unix:// URL is expected");
        require(
                kms.timeout() == null || GO_DURATION.matcher(kms.timeout()).matches(),
                at + ".timeout",
                "a positive duration such as 3s is expected");
        require(v1 || kms.cachesize() == null, at + ".cachesize", "it is not supported in v2");
        require(
                kms.cachesize() == null || kms.cachesize() != 0,
                at + ".cachesize",
                "a positive number is expected, or a negative one to have no cache");
    }

    private static boolean isUnixSocket(String endpoint) {
        try {
            return "unix".equals(new URI(endpoint).getScheme());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static void require(boolean condition, String at, String message) {
        if (!condition) {
            throw new IllegalArgumentException(at + ": " + message + ".");
        }
    }
}
