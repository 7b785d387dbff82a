package io.drkit.examples.cli;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keyspace.PlatformScope;
import io.drkit.keyspace.RegistryKey;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say which keys are meant. */
public final class ScopeOptions {

    private static final String PLATFORM = "platform";
    private static final String PREFIX = "prefix:";

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description =
                    "Which keys: platform is what belongs to a standby whose control plane is alive; all is every key under"
                            + " /registry/, for a standby whose control plane is stopped; prefix:/x/ is every key that begins so."
                            + " Default: platform.")
    private String scope = PLATFORM;

    @Option(
            names = "--include-namespace",
            paramLabel = "NAME",
            description = "Mirror a namespace that platform leaves to each site. May be repeated, as the next five.")
    private List<String> includedNamespaces = List.of();

    @Option(names = "--exclude-namespace", paramLabel = "NAME", description = "Leave a namespace to each site.")
    private List<String> excludedNamespaces = List.of();

    @Option(
            names = "--include-resource",
            paramLabel = "RESOURCE",
            description = "Mirror a resource that platform leaves to each site: pods, jobs.batch, *.velero.io.")
    private List<String> includedResources = List.of();

    @Option(names = "--exclude-resource", paramLabel = "RESOURCE", description = "Leave a resource to each site.")
    private List<String> excludedResources = List.of();

    @Option(names = "--include-key", paramLabel = "KEY", description = "Mirror one key, whatever its value.")
    private List<String> includedKeys = List.of();

    @Option(names = "--exclude-key", paramLabel = "KEY", description = "Leave one key to each site.")
    private List<String> excludedKeys = List.of();

    @Option(
            names = "--registry-prefix",
            paramLabel = "PREFIX",
            description = "kube-apiserver's --etcd-prefix, for platform. Default: " + RegistryKey.DEFAULT_PREFIX)
    private @Nullable String registryPrefix;

    /** The scope of that name, as it is recorded; empty for a platform scope with wishes, which its name does not tell well enough. */
    public static Optional<MirrorScope> named(String name) {
        if (name.equals(PLATFORM)) {
            return Optional.of(MirrorScope.platform());
        }
        if (name.equals("all")) {
            return Optional.of(MirrorScope.all());
        }
        return name.startsWith(PREFIX) && name.length() > PREFIX.length()
                ? Optional.of(MirrorScope.prefix(name.substring(PREFIX.length())))
                : Optional.empty();
    }

    /** @param usage makes the error of a command line that cannot be meant */
    public MirrorScope scope(Function<String, ParameterException> usage) {
        try {
            return scope.equals(PLATFORM) ? platform() : other(usage);
        } catch (IllegalArgumentException e) {
            throw usage.apply(e.getMessage());
        }
    }

    private PlatformScope platform() {
        PlatformScope.Builder platform = PlatformScope.builder();
        if (registryPrefix != null) {
            platform.registryPrefix(registryPrefix);
        }
        includedNamespaces.forEach(platform::includeNamespace);
        excludedNamespaces.forEach(platform::excludeNamespace);
        includedResources.forEach(platform::includeResource);
        excludedResources.forEach(platform::excludeResource);
        includedKeys.forEach(platform::includeKey);
        excludedKeys.forEach(platform::excludeKey);
        return platform.build();
    }

    private MirrorScope other(Function<String, ParameterException> usage) {
        MirrorScope named = named(scope)
                .orElseThrow(() -> usage.apply("Invalid value for option '--scope': '" + scope
                        + "' is not a scope: platform, all (every key under /registry/), or prefix:/some/prefix/"));
        boolean wished = List.of(
                        includedNamespaces,
                        excludedNamespaces,
                        includedResources,
                        excludedResources,
                        includedKeys,
                        excludedKeys)
                .stream()
                .anyMatch(wishes -> !wishes.isEmpty());
        if (wished || registryPrefix != null) {
            throw usage.apply(
                    "--include-..., --exclude-... and --registry-prefix go with --scope platform, not with " + scope);
        }
        return named;
    }
}
