package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.volsync.CopyMethod;
import io.drkit.volsync.ServiceType;
import io.drkit.volsync.VolSyncOptions;
import io.drkit.volsync.VolSyncSite;
import io.drkit.volume.SwitchoverOptions;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * The parts {@code clusters} and {@code volumes} of a {@link ConfigFile}: the Kubernetes APIs of the sites, and how application volumes are replicated
 * between them. Of {@code volumes} nothing is required.
 *
 * <pre>
 * clusters:
 *   primary:
 *     kubeconfig: primary/kubeconfig          # relative to this file
 *     context: admin@primary                  # the kubeconfig's current one where none is named
 *   standby:
 *     kubeconfig: standby/kubeconfig
 * volumes:
 *   schedule: "*&#47;15 * * * *"                  # five fields of cron; without it only when asked
 *   copy-method: snapshot                     # or clone, direct
 *   access-modes: [ReadWriteOnce]             # of claims that are created; as at the source by default
 *   mover-security-context: {run-as-user: 1000, fs-group: 1000}
 *   key-secret: volsync-psk                   # with psk.txt, in the claims' namespace; DrKit makes one for each claim by default
 *   keep: 3                                   # earlier snapshots at the destination
 *   shrink-to: 0.5                            # a source smaller than this share of before is refused
 *   parallel: 8                               # claims at a time
 *   timeouts: {set-up: 5m, sync: 2h, quiesce: 5m}
 *   sites:
 *     standby:
 *       storage-class: fast                   # of claims that are created there; the cluster's default by default
 *       snapshot-class: fast-snapshots        # the driver's default by default
 *       service-type: load-balancer           # how the other site reaches this one; or node-port, cluster-ip
 *       address: volumes.standby.example.com  # instead of the one that is found
 * </pre>
 *
 * @param moverSecurityContext Kubernetes' {@code PodSecurityContext}, with its fields spelled as all here: {@code fs-group-change-policy}
 */
record VolumeSettings(
        @Nullable String schedule,
        @JsonProperty("copy-method") @Nullable String copyMethod,

        @JsonProperty("access-modes") @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> accessModes,

        @JsonProperty("mover-security-context") @Nullable JsonNode moverSecurityContext,
        @JsonProperty("key-secret") @Nullable String keySecret,
        @Nullable Integer keep,
        @JsonProperty("shrink-to") @Nullable Double shrinkTo,
        @Nullable Integer parallel,
        @Nullable Timeouts timeouts,
        @Nullable Map<String, @Nullable Site> sites) {

    private static final Set<String> ACCESS_MODES =
            Set.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");

    /** Takes the fields as all are spelled in the file, and none that is not known, though fabric8's classes would keep it. */
    private static final ObjectMapper KUBERNETES = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(MapperFeature.ALLOW_EXPLICIT_PROPERTY_RENAMING)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return Boolean.FALSE;
                }
            })
            .build();

    /** @param poll between two looks at a site */
    record Timeouts(
            @JsonProperty("set-up") @Nullable String setUp,
            @Nullable String sync,
            @Nullable String quiesce,
            @Nullable String poll) {}

    /** How the API of a site is reached. */
    record Cluster(@Nullable Path kubeconfig, @Nullable String context) {

        private KubernetesConnection connection(Path file, String site, Duration deadline) {
            return ClusterSettings.connection(file, "clusters." + site, kubeconfig, context, deadline);
        }
    }

    /** One of the two sites. */
    record Site(
            @JsonProperty("storage-class") @Nullable String storageClass,
            @JsonProperty("snapshot-class") @Nullable String snapshotClass,
            @JsonProperty("service-type") @Nullable String serviceType,
            @Nullable String address) {}

    /** Both parts of the file. */
    record Parts(Path file, Map<String, Cluster> clusters, VolumeSettings volumes) {

        KubernetesConnection connection(String site, Duration deadline) {
            Cluster cluster = clusters.get(site);
            if (cluster == null) {
                throw new IllegalArgumentException(
                        "No cluster '" + site + "' in the configuration; it has " + clusters.keySet() + ".");
            }
            return cluster.connection(file, site, deadline);
        }

        /** Of two clusters the other one; null when there are more, or fewer. */
        @Nullable String other(String site) {
            Set<String> others = new TreeSet<>(clusters.keySet());
            return others.remove(site) && others.size() == 1 ? others.iterator().next() : null;
        }

        VolSyncOptions.Builder options() {
            return volumes.options(file);
        }
    }

    static Parts read(Path file) {
        JsonNode tree = ConfigFile.tree(file, System::getenv);
        if (!tree.path("clusters").isObject()) {
            throw new IllegalArgumentException(
                    file + " names no clusters. Expected: clusters: {primary: {kubeconfig: FILE}, standby: ...}");
        }
        Map<String, Cluster> clusters = new TreeMap<>();
        tree.path("clusters")
                .properties()
                .forEach(site -> clusters.put(
                        site.getKey(),
                        site.getValue().isNull()
                                ? new Cluster(null, null)
                                : ConfigFile.value(file, site.getValue(), Cluster.class)));
        JsonNode part = tree.path("volumes");
        VolumeSettings volumes = part.isMissingNode() || part.isNull()
                ? new VolumeSettings(null, null, null, null, null, null, null, null, null, null)
                : ConfigFile.value(file, part, VolumeSettings.class);
        Set<String> unknown = new TreeSet<>(volumes.sites == null ? Set.of() : volumes.sites.keySet());
        unknown.removeAll(clusters.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(file + ": volumes.sites has " + String.join(", ", unknown)
                    + ", which clusters does not have: " + clusters.keySet() + ".");
        }
        return new Parts(file, clusters, volumes);
    }

    private VolSyncOptions.Builder options(Path file) {
        VolSyncOptions.Builder options =
                VolSyncOptions.builder().schedule(schedule).keySecret(keySecret);
        given(copyMethod, text -> options.copyMethod(constant(file, "copy-method", CopyMethod.class, text)));
        given(accessModes, modes -> options.accessModes(known(file, modes)));
        given(
                moverSecurityContext,
                node -> options.moverSecurityContext(
                        ConfigFile.value(file, node, PodSecurityContext.class, KUBERNETES)));
        given(keep, options::keep);
        given(shrinkTo, options::shrinkTo);
        if (timeouts != null) {
            given(timeouts.setUp, text -> options.setUpTimeout(duration(file, "set-up", text)));
            given(timeouts.sync, text -> options.syncTimeout(duration(file, "sync", text)));
            given(timeouts.poll, text -> options.poll(duration(file, "poll", text)));
        }
        return options;
    }

    SwitchoverOptions switchover(Path file) {
        SwitchoverOptions options = SwitchoverOptions.DEFAULTS;
        if (parallel != null) {
            options = options.parallel(parallel);
        }
        return timeouts == null || timeouts.quiesce == null
                ? options
                : options.quiesceTimeout(duration(file, "quiesce", timeouts.quiesce));
    }

    VolSyncSite site(Path file, String name, KubernetesClient client) {
        VolSyncSite.Builder site = VolSyncSite.at(name, client);
        Site settings = sites == null ? null : sites.get(name);
        if (settings == null) {
            return site.build();
        }
        given(settings.serviceType, text -> site.serviceType(constant(file, "service-type", ServiceType.class, text)));
        return site.storageClass(settings.storageClass)
                .snapshotClass(settings.snapshotClass)
                .address(settings.address)
                .build();
    }

    private static <T> void given(@Nullable T value, Consumer<T> taken) {
        if (value != null) {
            taken.accept(value);
        }
    }

    private static <E extends Enum<E>> E constant(Path file, String field, Class<E> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> Output.lower(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(file + ": " + field + " is '" + text
                        + "', but must be one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(Output::lower)
                                .toList() + "."));
    }

    private static List<String> known(Path file, List<String> modes) {
        for (String mode : modes) {
            if (!ACCESS_MODES.contains(mode)) {
                throw new IllegalArgumentException(file + ": access-modes has '" + mode + "', but must be of "
                        + new TreeSet<>(ACCESS_MODES) + ".");
            }
        }
        return modes;
    }

    private static Duration duration(Path file, String field, String text) {
        try {
            return new DurationConverter().convert(text);
        } catch (TypeConversionException e) {
            throw new IllegalArgumentException(file + ": volumes.timeouts." + field + ": " + e.getMessage());
        }
    }
}
