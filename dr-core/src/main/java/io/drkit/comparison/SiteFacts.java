package io.drkit.comparison;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.drkit.DrException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that is gathered of one site for a comparison. As JSON it can be saved at one site and compared later at the other. It holds no secret: no Secrets
 * are read, and what a ConfigMap holds that may be one is {@link #WITHHELD}.
 *
 * @param format of the JSON: {@link #FORMAT}
 * @param site how it is named
 * @param gathered when, ISO 8601, in UTC
 * @param observer a random name of the clock that the hosts' clocks were compared with: only what has the same can be compared
 * @param kubernetes the API server's version, such as {@code v1.30.4}
 * @param etcd its version, such as {@code 3.5.15}
 * @param nodes by the Kubernetes API
 * @param network CNI plugins by name, with their versions
 * @param podSubnets of the whole site
 * @param serviceSubnets of the whole site
 * @param controlPlaneEndpoint kubeadm's, by which nodes and clients reach the API server
 * @param configMaps of kube-system: by name, then by path in it, values; long ones as {@code sha256:…}
 * @param definitions CustomResourceDefinitions by name
 * @param storageClasses by name, then by field
 * @param snapshotClasses VolumeSnapshotClasses, the same
 * @param images that workloads name, sorted
 * @param registry what this site's registry says of the other site's images
 * @param apiServerCertificate that the API server shows
 * @param controlPlaneNames by which the API server must be reachable at both sites
 * @param domain what this site's addresses show at port 443, by the name that they were called by
 * @param hosts control-plane hosts by the name under which they were reached
 * @param ports seen from this site's hosts at the other's addresses, and from here at this site's
 */
public record SiteFacts(
        int format,
        String site,
        String gathered,
        String observer,
        Fact<String> kubernetes,
        Fact<String> etcd,
        Fact<List<NodeFacts>> nodes,
        Fact<Map<String, String>> network,
        Fact<List<String>> podSubnets,
        Fact<List<String>> serviceSubnets,
        Fact<String> controlPlaneEndpoint,
        Fact<Map<String, Map<String, String>>> configMaps,
        Fact<Map<String, DefinitionFacts>> definitions,
        Fact<Map<String, Map<String, String>>> storageClasses,
        Fact<Map<String, Map<String, String>>> snapshotClasses,
        Fact<List<String>> images,
        Fact<Map<String, ImageAnswer>> registry,
        Fact<CertificateFacts> apiServerCertificate,
        Fact<List<String>> controlPlaneNames,
        Fact<Map<String, Fact<CertificateFacts>>> domain,
        Fact<Map<String, Fact<HostSummary>>> hosts,
        Fact<List<PortLook>> ports) {

    /** Of the JSON that this version writes, and the only one that it reads. */
    public static final int FORMAT = 1;

    /** Stands for a value that may be a secret and is therefore not kept. */
    public static final String WITHHELD = "(not kept, for it may be a secret)";

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // What is missing is an error, not null.
            .setDefaultSetterInfo(JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL));

    /** @throws IllegalArgumentException when the format or a date is none, or the site has no name */
    public SiteFacts {
        if (format != FORMAT) {
            throw new IllegalArgumentException(
                    "These facts are of format " + format + ", and this version of DrKit reads " + FORMAT + ".");
        }
        if (site.isBlank()) {
            throw new IllegalArgumentException("Facts need the name of their site.");
        }
        try {
            Instant.parse(gathered);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("Facts need the time at which they were gathered.", e);
        }
    }

    /**
     * Asks sources one after another. One that fails leaves what it would have said unknown, with the reason.
     *
     * @param observer see {@link #observer}; the same for both sites of a run
     */
    public static SiteFacts gather(
            String site, String observer, Clock clock, Collection<? extends FactSource> sources) {
        Builder facts = new Builder(site, clock.instant().toString(), observer);
        for (FactSource source : sources) {
            try {
                source.contribute(facts);
            } catch (DrException e) {
                facts.failures.add(String.valueOf(e.getMessage()));
            }
        }
        return facts.build();
    }

    /** Starts facts of which nothing is known yet. */
    public static Builder of(String site, Instant gathered, String observer) {
        return new Builder(site, gathered.toString(), observer);
    }

    /** The same, to change some. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** What is unknown of the site itself, and why, by the name of the fact. What of its parts is unknown is not told. */
    public Map<String, String> unknown() {
        Map<String, String> unknown = new TreeMap<>();
        JSON.<JsonNode>valueToTree(this).properties().forEach(fact -> {
            if (fact.getValue().has("unknown")) {
                unknown.put(fact.getKey(), fact.getValue().path("unknown").asText());
            }
        });
        return unknown;
    }

    /** As it is saved. */
    public String toJson() {
        try {
            return JSON.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @param source how it is called in messages: a file's name
     * @throws IllegalArgumentException in one sentence, when it is something else
     */
    public static SiteFacts parse(String json, String source) {
        try {
            JsonNode format = JSON.readTree(json).path("format");
            if (format.isInt() && format.intValue() != FORMAT) {
                throw new IllegalArgumentException(source + " holds facts of format " + format
                        + ", and this version of DrKit reads " + FORMAT + ": gather them with the same version.");
            }
            return JSON.readValue(json, SiteFacts.class);
        } catch (JsonProcessingException e) {
            // Without the cause, which repeats the text.
            throw new IllegalArgumentException(source + " does not hold the facts of a site"
                    + (e.getLocation() == null
                            ? ""
                            : ": see line " + e.getLocation().getLineNr())
                    + ". Gather them with drkit compare --facts-out.");
        }
    }

    /** Names the site only, for all of it would be long. */
    @Override
    public String toString() {
        return "SiteFacts[" + site + ", gathered " + gathered + "]";
    }

    /** Collects facts; what nobody adds is unknown. A later one takes the place of an earlier. Not thread-safe. */
    public static final class Builder {

        private final String site;
        private final String gathered;
        private final String observer;
        private final List<String> failures = new ArrayList<>();
        private @Nullable Fact<String> kubernetes;
        private @Nullable Fact<String> etcd;
        private @Nullable Fact<List<NodeFacts>> nodes;
        private @Nullable Fact<Map<String, String>> network;
        private @Nullable Fact<List<String>> podSubnets;
        private @Nullable Fact<List<String>> serviceSubnets;
        private @Nullable Fact<String> controlPlaneEndpoint;
        private @Nullable Fact<Map<String, Map<String, String>>> configMaps;
        private @Nullable Fact<Map<String, DefinitionFacts>> definitions;
        private @Nullable Fact<Map<String, Map<String, String>>> storageClasses;
        private @Nullable Fact<Map<String, Map<String, String>>> snapshotClasses;
        private @Nullable Fact<List<String>> images;
        private @Nullable Fact<Map<String, ImageAnswer>> registry;
        private @Nullable Fact<CertificateFacts> apiServerCertificate;
        private @Nullable Fact<List<String>> controlPlaneNames;
        private @Nullable Fact<Map<String, Fact<CertificateFacts>>> domain;
        private @Nullable Fact<Map<String, Fact<HostSummary>>> hosts;
        private @Nullable Fact<List<PortLook>> ports;

        private Builder(String site, String gathered, String observer) {
            this.site = site;
            this.gathered = gathered;
            this.observer = observer;
        }

        private Builder(SiteFacts from) {
            this(from.site, from.gathered, from.observer);
            kubernetes = from.kubernetes;
            etcd = from.etcd;
            nodes = from.nodes;
            network = from.network;
            podSubnets = from.podSubnets;
            serviceSubnets = from.serviceSubnets;
            controlPlaneEndpoint = from.controlPlaneEndpoint;
            configMaps = from.configMaps;
            definitions = from.definitions;
            storageClasses = from.storageClasses;
            snapshotClasses = from.snapshotClasses;
            images = from.images;
            registry = from.registry;
            apiServerCertificate = from.apiServerCertificate;
            controlPlaneNames = from.controlPlaneNames;
            domain = from.domain;
            hosts = from.hosts;
            ports = from.ports;
        }

        public Builder kubernetes(Fact<String> kubernetes) {
            this.kubernetes = kubernetes;
            return this;
        }

        public Builder etcd(Fact<String> etcd) {
            this.etcd = etcd;
            return this;
        }

        public Builder nodes(Fact<List<NodeFacts>> nodes) {
            this.nodes = nodes;
            return this;
        }

        public Builder network(Fact<Map<String, String>> network) {
            this.network = network;
            return this;
        }

        public Builder podSubnets(Fact<List<String>> podSubnets) {
            this.podSubnets = podSubnets;
            return this;
        }

        public Builder serviceSubnets(Fact<List<String>> serviceSubnets) {
            this.serviceSubnets = serviceSubnets;
            return this;
        }

        public Builder controlPlaneEndpoint(Fact<String> controlPlaneEndpoint) {
            this.controlPlaneEndpoint = controlPlaneEndpoint;
            return this;
        }

        public Builder configMaps(Fact<Map<String, Map<String, String>>> configMaps) {
            this.configMaps = configMaps;
            return this;
        }

        public Builder definitions(Fact<Map<String, DefinitionFacts>> definitions) {
            this.definitions = definitions;
            return this;
        }

        public Builder storageClasses(Fact<Map<String, Map<String, String>>> storageClasses) {
            this.storageClasses = storageClasses;
            return this;
        }

        public Builder snapshotClasses(Fact<Map<String, Map<String, String>>> snapshotClasses) {
            this.snapshotClasses = snapshotClasses;
            return this;
        }

        public Builder images(Fact<List<String>> images) {
            this.images = images;
            return this;
        }

        public Builder registry(Fact<Map<String, ImageAnswer>> registry) {
            this.registry = registry;
            return this;
        }

        public Builder apiServerCertificate(Fact<CertificateFacts> apiServerCertificate) {
            this.apiServerCertificate = apiServerCertificate;
            return this;
        }

        public Builder controlPlaneNames(Fact<List<String>> controlPlaneNames) {
            this.controlPlaneNames = controlPlaneNames;
            return this;
        }

        public Builder domain(Fact<Map<String, Fact<CertificateFacts>>> domain) {
            this.domain = domain;
            return this;
        }

        public Builder hosts(Fact<Map<String, Fact<HostSummary>>> hosts) {
            this.hosts = hosts;
            return this;
        }

        public Builder ports(Fact<List<PortLook>> ports) {
            this.ports = ports;
            return this;
        }

        /** The facts as they are now. */
        public SiteFacts build() {
            return new SiteFacts(
                    FORMAT,
                    site,
                    gathered,
                    observer,
                    known(kubernetes),
                    known(etcd),
                    known(nodes),
                    known(network),
                    known(podSubnets),
                    known(serviceSubnets),
                    known(controlPlaneEndpoint),
                    known(configMaps),
                    known(definitions),
                    known(storageClasses),
                    known(snapshotClasses),
                    known(images),
                    known(registry),
                    known(apiServerCertificate),
                    known(controlPlaneNames),
                    known(domain),
                    known(hosts),
                    known(ports));
        }

        private <T> Fact<T> known(@Nullable Fact<T> fact) {
            return fact != null
                    ? fact
                    : Fact.unknown(failures.isEmpty() ? "nobody was asked for it" : String.join(" ", failures));
        }
    }
}
