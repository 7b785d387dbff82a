package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.dns.DnsName;
import io.drkit.examples.runbook.platform.Objectives;
import io.drkit.keyspace.MirrorScope;
import io.drkit.kubernetes.RestartTarget;
import io.drkit.node.ApiserverPod;
import io.drkit.workload.Claims;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * The part {@code runbooks} of a {@link ConfigFile}: what the runbooks promise, and what they do beyond what the other parts say. Nothing of it is
 * required.
 *
 * <pre>
 * runbooks:
 *   objectives: {rpo: 5m, rto: 30m}            # judged in the report
 *   scope: platform                            # or all, prefix:/x/; what is mirrored, as for drkit mirror
 *   mirror-name: default                       # as for drkit mirror --name
 *   applications:                              # with their volumes, each with all claims of one application
 *     - {namespace: shop, selector: app=shop}
 *     - {namespace: wiki, claims: [data, index]}
 *   restart: [shop/deployment/web, shop/app=cache]   # what must notice that the platform has moved
 *   script: {site: standby, host: 10.1.0.11, command: "/usr/local/bin/after-move"}   # a node of nodes:
 *   ports: [2379, 6443]                        # closed on the nodes of a primary that is lost
 *   apiserver-manifest: /etc/kubernetes/manifests/kube-apiserver.yaml   # kube-apiservers are stopped where nobody must write
 *   resolution-timeout: 5m                     # how long everybody may take to see the names' change
 *   drill: {names: [drill.example.com]}        # never one of dns.names
 *   journal: drkit-run.json                    # relative to this file; also kept in the standby's etcd
 * </pre>
 *
 * <p>The sites are those named {@code primary} and {@code standby}, unless the command line says others.
 */
record RunbookSettings(
        @Nullable Promised objectives,
        @Nullable String scope,
        @JsonProperty("mirror-name") @Nullable String mirrorName,
        @Nullable List<Application> applications,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> restart,

        @Nullable Script script,

        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<Integer> ports,

        @JsonProperty("apiserver-manifest") @Nullable String apiserver,
        @JsonProperty("resolution-timeout") @Nullable String resolutionTimeout,
        @Nullable Rehearsal drill,
        @Nullable Path journal) {

    private static final RunbookSettings NONE =
            new RunbookSettings(null, null, null, null, null, null, null, null, null, null, null);

    /** How much may be lost, and how long it may take. */
    record Promised(@Nullable String rpo, @Nullable String rto) {}

    /** The claims of one application, by labels or by name. */
    record Application(
            @Nullable String namespace,
            @Nullable String selector,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> claims) {

        Claims meant() {
            String where = Objects.requireNonNullElse(namespace, "");
            return claims == null
                    ? Claims.labelled(where, Objects.requireNonNullElse(selector, ""))
                    : Claims.named(where, claims);
        }
    }

    /**
     * The user's own script.
     *
     * @param host the site's first node where none is named
     */
    record Script(
            @Nullable String site,
            @Nullable String host,
            @Nullable String command) {}

    /** What a drill switches. */
    record Rehearsal(
            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> names) {}

    static RunbookSettings read(Path file, JsonNode tree) {
        JsonNode part = tree.path("runbooks");
        return part.isMissingNode() || part.isNull() ? NONE : ConfigFile.value(file, part, RunbookSettings.class);
    }

    Objectives objectives(Path file) {
        return objectives == null
                ? new Objectives(Optional.empty(), Optional.empty())
                : new Objectives(
                        duration(file, "objectives.rpo", objectives.rpo),
                        duration(file, "objectives.rto", objectives.rto));
    }

    MirrorScope scope(Path file) {
        String name = Objects.requireNonNullElse(scope, "platform");
        return ScopeOptions.named(name)
                .orElseThrow(() -> new IllegalArgumentException(file + ": runbooks.scope is '" + name
                        + "', but must be platform, all or prefix:/some/prefix/."));
    }

    String mirror() {
        return Objects.requireNonNullElse(mirrorName, "default");
    }

    List<Claims> claims(Path file) {
        return told(
                file,
                "applications",
                () -> Objects.requireNonNullElse(applications, List.<Application>of()).stream()
                        .map(Application::meant)
                        .toList());
    }

    List<RestartTarget> restarts(Path file) {
        return told(
                file,
                "restart",
                () -> Objects.requireNonNullElse(restart, List.<String>of()).stream()
                        .map(RestartTarget::parse)
                        .toList());
    }

    List<DnsName> drillNames(Path file) {
        List<String> names = drill == null ? null : drill.names;
        return told(
                file,
                "drill.names",
                () -> Objects.requireNonNullElse(names, List.<String>of()).stream()
                        .map(DnsName::of)
                        .toList());
    }

    Duration patience(Path file) {
        return duration(file, "resolution-timeout", resolutionTimeout).orElse(Duration.ofMinutes(5));
    }

    List<Integer> fenced(Path file) {
        List<Integer> given = Objects.requireNonNullElse(ports, List.of(2379, 6443));
        if (given.stream().anyMatch(port -> port == null || port < 1 || port > 65_535)) {
            throw new IllegalArgumentException(file + ": runbooks.ports are TCP ports, not " + given + ".");
        }
        return given;
    }

    Optional<String> apiserver(Path file) {
        if (apiserver != null && !apiserver.startsWith("/")) {
            throw new IllegalArgumentException(file + ": runbooks.apiserver-manifest is a path on the nodes, such as "
                    + ApiserverPod.DEFAULT_MANIFEST + ", not '" + apiserver + "'.");
        }
        return Optional.ofNullable(apiserver);
    }

    Path journal(Path file) {
        return file.toAbsolutePath().resolveSibling(Objects.requireNonNullElse(journal, Path.of("drkit-run.json")));
    }

    private interface Reading<T> {
        T read();
    }

    private static <T> T told(Path file, String field, Reading<T> reading) {
        try {
            return reading.read();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": runbooks." + field + ": " + e.getMessage());
        }
    }

    private static Optional<Duration> duration(Path file, String field, @Nullable String text) {
        try {
            return text == null ? Optional.empty() : Optional.of(new DurationConverter().convert(text));
        } catch (TypeConversionException e) {
            throw new IllegalArgumentException(file + ": runbooks." + field + ": " + e.getMessage());
        }
    }
}
