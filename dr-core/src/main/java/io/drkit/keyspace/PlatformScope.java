package io.drkit.keyspace;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.object.DesiredState;
import io.drkit.object.KubernetesDesiredState;
import io.drkit.object.ObjectField;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to a standby whose control plane is alive: everything declared, less what each site keeps for itself. Immutable and thread-safe.
 *
 * <p>Rules are asked in an order, and the first that applies decides; {@link #explain} says which. What the user wants goes before what the scope
 * has by itself, and the narrower wish before the wider: a key before a resource, a resource before a namespace, {@code jobs.batch} before
 * {@code *.batch}; of two alike, what excludes. A wish lifts a rule of its own kind and none else:
 *
 * <ul>
 *   <li>An included key is mirrored, whatever its value, unless it is leased.
 *   <li>An included resource is mirrored, but not in a namespace that is each site's own, unless that is included as well.
 *   <li>An included namespace is mirrored, without the resources and the single objects that are left to each site.
 * </ul>
 */
public final class PlatformScope implements MirrorScope {

    private static final String NAME = "platform";

    /** Where platform components of each site live; objects that users create there are theirs to back up. */
    private static final Set<String> SITE_NAMESPACES = Set.of(
            "cert-manager",
            "cpaas-solution",
            "cpaas-system",
            "cpaas-system-global-credentials",
            "default",
            "global-credentials",
            "kube-node-lease",
            "kube-ovn",
            "kube-public",
            "kube-system",
            "kubevirt",
            "nativestor-system",
            "nsx-system",
            "operators");

    private static final String TOKEN = "kubernetes.io/service-account-token";

    /** On what kube-apiserver makes for itself: roles by this label, APIServices by the other. */
    private static final String BOOTSTRAPPING = "kubernetes.io/bootstrapping";

    private static final String AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";

    private static final String OWNERS =
            "all that it names as owners are of kinds that are left to each site, such as Pods";

    private final String prefix;
    private final Bytes folder;
    private final ScopeWishes wishes;
    private final String name;
    private final DesiredState desired = new KubernetesDesiredState(this::isForeign);

    private PlatformScope(String prefix, ScopeWishes wishes) {
        this.prefix = prefix;
        this.folder = RegistryKey.folder(prefix);
        this.wishes = wishes;
        this.name = NAME + (prefix.equals(RegistryKey.DEFAULT_PREFIX) ? "" : " prefix:" + prefix) + wishes.text();
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public KeyRange range() {
        return KeyRange.prefix(folder);
    }

    /** {@code platform}, and in a fixed order all that was asked for besides: {@code platform +ns:kube-public -resource:jobs.batch}. */
    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean mayAdmit(Bytes key) {
        return !ofKey(key, RegistryKey.below(folder, key)).excludes();
    }

    @Override
    public boolean admits(KeyValue entry) {
        return ofEntry(entry).verdict() == ScopeDecision.Verdict.MIRRORED;
    }

    @Override
    public boolean isUndecidable(KeyValue entry) {
        return ofEntry(entry).verdict() == ScopeDecision.Verdict.UNREADABLE;
    }

    @Override
    public boolean readsValues() {
        return true;
    }

    @Override
    public boolean standbyIsAlive() {
        return true;
    }

    @Override
    public String registryPrefix() {
        return prefix;
    }

    @Override
    public DesiredState desired() {
        return desired;
    }

    @Override
    public ScopeDecision explain(Bytes key) {
        RegistryKey parsed = RegistryKey.below(folder, key);
        return decision(ofKey(key, parsed), parsed, null);
    }

    @Override
    public ScopeDecision explain(KeyValue entry) {
        return decision(ofEntry(entry), RegistryKey.below(folder, entry.key()), entry);
    }

    private ScopeRule ofEntry(KeyValue entry) {
        RegistryKey key = RegistryKey.below(folder, entry.key());
        ScopeRule rule = ofKey(entry.key(), key);
        if (rule.excludes()) {
            return rule;
        }
        if (entry.leased()) {
            return ScopeRule.LEASED;
        }
        return rule.verdict() == ScopeDecision.Verdict.DEPENDS_ON_VALUE ? ofValue(rule, entry.value()) : rule;
    }

    private ScopeRule ofKey(Bytes raw, @Nullable RegistryKey key) {
        if (key == null) {
            return DrKitKeys.OWN.contains(raw) ? ScopeRule.DRKIT_OWN : ScopeRule.OUTSIDE;
        }
        if (!wishes.keys().isNone()) {
            if (wishes.keys().excludes(raw)) {
                return ScopeRule.KEY_EXCLUDED;
            }
            if (wishes.keys().includes(raw)) {
                return ScopeRule.KEY_INCLUDED;
            }
        }
        ScopeRule rule = ofResource(key.resource());
        if (rule == null) {
            rule = key.isOfObject() ? ofNamespace(key) : ScopeRule.NO_OBJECT;
        }
        if (rule == null) {
            rule = ScopeRule.ofName(key);
        }
        return rule == null ? ScopeRule.ofValue(key.resource()) : rule;
    }

    /** Null for a resource that is not left out as such. */
    private @Nullable ScopeRule ofResource(GroupResource resource) {
        if (wishes.excludesResource(resource)) {
            return ScopeRule.RESOURCE_EXCLUDED;
        }
        ScopeRule rule = ScopeRule.ofResource(resource);
        return rule == null || wishes.includesResource(resource) ? null : rule;
    }

    private @Nullable ScopeRule ofNamespace(RegistryKey key) {
        String namespace = namespace(key);
        if (namespace == null) {
            return null;
        }
        if (wishes.namespaces().excludes(namespace)) {
            return wishes.includesResource(key.resource()) ? null : ScopeRule.NAMESPACE_EXCLUDED;
        }
        return isOfSite(namespace) ? ScopeRule.SITE_NAMESPACE : null;
    }

    /** The namespace that a key is in, or is. */
    private static @Nullable String namespace(RegistryKey key) {
        boolean isOne = key.resource().resource().equals("namespaces")
                && key.resource().group().isEmpty();
        return isOne ? key.name() : key.namespace();
    }

    private boolean isOfSite(String namespace) {
        return SITE_NAMESPACES.contains(namespace) && !wishes.namespaces().includes(namespace);
    }

    /** Whether what is in a namespace is not mirrored, be it asked for or not. */
    private boolean isLeftOut(String namespace) {
        return isOfSite(namespace) || wishes.namespaces().excludes(namespace);
    }

    private ScopeRule ofValue(ScopeRule pending, Bytes value) {
        Optional<StoredObject> read = StoredObject.read(value);
        if (read.isEmpty()) {
            return pending == ScopeRule.OWNERS ? ScopeRule.DECLARED_UNREAD : ScopeRule.UNREADABLE;
        }
        StoredObject object = read.get();
        ScopeRule rule = switch (pending) {
            case SECRET_TYPE ->
                object.values(ObjectField.SECRET_TYPE).contains(TOKEN) ? ScopeRule.SERVICE_ACCOUNT_TOKEN : null;
            case RECLAIM_POLICY ->
                object.values(ObjectField.PV_RECLAIM_POLICY).stream().allMatch("Retain"::equals)
                        ? null
                        : ScopeRule.DISPOSABLE_VOLUME;
            case WEBHOOK_SERVICE -> siteOf(object).isEmpty() ? null : ScopeRule.WEBHOOK_OF_SITE;
            case API_SERVICE ->
                object.labels().containsKey(AUTOMANAGED)
                        ? ScopeRule.MADE_BY_API_SERVER
                        : siteOf(object).isEmpty() ? null : ScopeRule.API_OF_SITE;
            case BOOTSTRAP_LABEL -> object.labels().containsKey(BOOTSTRAPPING) ? ScopeRule.MADE_BY_API_SERVER : null;
            default -> null;
        };
        if (rule != null) {
            return rule;
        }
        List<OwnerReference> owners = object.owners();
        return !owners.isEmpty() && owners.stream().allMatch(this::isForeign)
                ? ScopeRule.FOREIGN_OWNERS
                : ScopeRule.DECLARED;
    }

    /** The first namespace that is left out and in which a service is that the object calls. */
    private Optional<String> siteOf(StoredObject object) {
        List<String> called = object.values(ObjectField.WEBHOOK_SERVICE_NAMESPACE);
        return (called.isEmpty() ? object.values(ObjectField.APISERVICE_SERVICE_NAMESPACE) : called)
                .stream().filter(this::isLeftOut).findFirst();
    }

    /** Whether an owner is of a kind that is left to each site. */
    private boolean isForeign(OwnerReference owner) {
        return ofResource(RestMapping.resource(owner)) != null;
    }

    /** The sentence of a rule. What it is about is looked up again, for who decides has no use for it. */
    private ScopeDecision decision(ScopeRule rule, @Nullable RegistryKey key, @Nullable KeyValue entry) {
        if (key == null) {
            return new ScopeDecision(rule.verdict(), null, String.format(rule.reason(), folder.printable()));
        }
        String about = switch (rule) {
            case RESOURCE_EXCLUDED -> key.resource().toString();
            case NAMESPACE_EXCLUDED, SITE_NAMESPACE -> namespace(key);
            case WEBHOOK_OF_SITE, API_OF_SITE ->
                Optional.ofNullable(entry)
                        .flatMap(e -> StoredObject.read(e.value()))
                        .flatMap(this::siteOf)
                        .orElse("");
            case UNREADABLE -> condition(ScopeRule.ofValue(key.resource()));
            default -> "";
        };
        String reason = rule.verdict() == ScopeDecision.Verdict.DEPENDS_ON_VALUE
                ? "It depends on its value: it is mirrored unless " + condition(rule) + "."
                : String.format(rule.reason(), about);
        return new ScopeDecision(rule.verdict(), rule == ScopeRule.NO_OBJECT ? null : KeyClass.of(key), reason);
    }

    private static String condition(ScopeRule pending) {
        return pending.reason().isEmpty() ? OWNERS : pending.reason() + ", or " + OWNERS;
    }

    /** Two of one name admit the same keys. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PlatformScope scope && name.equals(scope.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }

    /** Options, each of which may be given again. What cannot be meant is an {@link IllegalArgumentException}. */
    public static final class Builder {

        private static final Pattern PREFIX = Pattern.compile("(/[^/\\s]+)+");

        private String prefix = RegistryKey.DEFAULT_PREFIX;
        private final Set<Bytes> includedKeys = new HashSet<>();
        private final Set<Bytes> excludedKeys = new HashSet<>();
        private final Set<GroupResource> includedResources = new HashSet<>();
        private final Set<GroupResource> excludedResources = new HashSet<>();
        private final Set<String> includedNamespaces = new HashSet<>();
        private final Set<String> excludedNamespaces = new HashSet<>();

        private Builder() {}

        /** kube-apiserver's {@code --etcd-prefix}. Default: {@code /registry}. */
        public Builder registryPrefix(String prefix) {
            String bare = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
            if (!PREFIX.matcher(bare).matches()) {
                throw new IllegalArgumentException("'" + prefix + "' is no prefix of a registry, such as /registry");
            }
            if (KeyRange.prefix(RegistryKey.folder(bare)).overlaps(DrKitKeys.OWN)) {
                throw new IllegalArgumentException("Under '" + prefix + "' are DrKit's own keys");
            }
            this.prefix = bare;
            return this;
        }

        /** Mirrors a namespace that is left to each site otherwise. */
        public Builder includeNamespace(String namespace) {
            includedNamespaces.add(ScopeWishes.namespace(namespace));
            return this;
        }

        public Builder excludeNamespace(String namespace) {
            excludedNamespaces.add(ScopeWishes.namespace(namespace));
            return this;
        }

        /**
         * Mirrors a resource that is left to each site otherwise.
         *
         * @param resource {@code secrets}, {@code deployments.apps}, {@code *.velero.io}, or {@code *.} for the core group
         */
        public Builder includeResource(String resource) {
            includedResources.add(ScopeWishes.resource(resource));
            return this;
        }

        /** @param resource as in {@link #includeResource} */
        public Builder excludeResource(String resource) {
            excludedResources.add(ScopeWishes.resource(resource));
            return this;
        }

        /** @param key all of it: {@code /registry/configmaps/default/settings} */
        public Builder includeKey(String key) {
            includedKeys.add(Bytes.utf8(key));
            return this;
        }

        /** @param key as in {@link #includeKey} */
        public Builder excludeKey(String key) {
            excludedKeys.add(Bytes.utf8(key));
            return this;
        }

        public PlatformScope build() {
            includedKeys.forEach(key -> ScopeWishes.requireObject(key, prefix));
            excludedKeys.forEach(key -> ScopeWishes.requireObject(key, prefix));
            return new PlatformScope(
                    prefix,
                    new ScopeWishes(
                            new ScopeWishes.Wish<>(includedKeys, excludedKeys),
                            new ScopeWishes.Wish<>(includedResources, excludedResources),
                            new ScopeWishes.Wish<>(includedNamespaces, excludedNamespaces)));
        }
    }
}
