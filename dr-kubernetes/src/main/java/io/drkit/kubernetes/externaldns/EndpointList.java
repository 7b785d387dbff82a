package io.drkit.kubernetes.externaldns;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.RecordType;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The list {@code spec.endpoints} of one {@code DNSEndpoint} (externaldns.k8s.io/v1alpha1) as JSON, so that what is not known here is kept: labels,
 * {@code providerSpecific}, records of other types, and whatever comes. Not thread-safe.
 */
final class EndpointList {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String where;
    private final ArrayNode endpoints;

    /** @param object is not changed */
    EndpointList(GenericKubernetesResource object) {
        where = "DNSEndpoint " + object.getMetadata().getName() + " in namespace "
                + object.getMetadata().getNamespace();
        JsonNode spec = JSON.valueToTree(object.getAdditionalProperties()).path("spec");
        endpoints = spec.path("endpoints") instanceof ArrayNode list ? list.deepCopy() : JSON.createArrayNode();
    }

    ArrayNode json() {
        return endpoints;
    }

    boolean has(DnsName name) {
        for (RecordType type : RecordType.values()) {
            if (find(name, type) != null) {
                return true;
            }
        }
        return false;
    }

    /** @throws UnsafeToProceedException when it cannot be told where the name leads */
    List<DnsRecordSet> at(DnsName name) {
        List<DnsRecordSet> sets = new ArrayList<>();
        for (RecordType type : RecordType.values()) {
            ObjectNode endpoint = find(name, type);
            if (endpoint == null) {
                continue;
            }
            List<String> targets = new ArrayList<>();
            endpoint.path("targets").forEach(target -> targets.add(target.asText()));
            try {
                // Without one, or with 0, the provider's own holds (external-dns, endpoint/endpoint.go,
                // TTL.IsConfigured).
                Duration ttl = Duration.ofSeconds(endpoint.path("recordTTL").asLong(0));
                sets.add(new DnsRecordSet(name, type, ttl, targets));
            } catch (IllegalArgumentException e) {
                throw new UnsafeToProceedException(where + " was left as it is: its " + type + " of " + name
                        + " is none that can be understood. Correct its targets by hand.");
            }
        }
        return sets;
    }

    private @Nullable ObjectNode find(DnsName name, RecordType type) {
        ObjectNode found = null;
        for (JsonNode endpoint : endpoints) {
            if (isOf(endpoint, name) && endpoint.path("recordType").asText().equals(type.name())) {
                if (found != null) {
                    throw new UnsafeToProceedException(
                            where + " has " + type + " of " + name
                                    + " twice, and was left so: one of several answers, by setIdentifier, cannot be chosen here.");
                }
                found = (ObjectNode) endpoint;
            }
        }
        return found;
    }

    private static boolean isOf(JsonNode endpoint, DnsName name) {
        try {
            return endpoint instanceof ObjectNode
                    && DnsName.of(endpoint.path("dnsName").asText()).equals(name);
        } catch (IllegalArgumentException e) {
            return false; // It is no domain name, and so not this one.
        }
    }

    /** Makes a name lead as these sets say, all three types of it. */
    void lead(DnsName name, List<DnsRecordSet> after) {
        ObjectNode like = null;
        for (RecordType type : RecordType.values()) {
            ObjectNode endpoint = find(name, type);
            like = like == null ? endpoint : like;
        }
        for (RecordType type : RecordType.values()) {
            Optional<DnsRecordSet> set =
                    after.stream().filter(s -> s.type() == type).findFirst();
            ObjectNode endpoint = find(name, type);
            if (set.isPresent()) {
                // A family that is new is to be treated as the other one is, by the same providerSpecific.
                fill(endpoint != null ? endpoint : add(name, type, like), set.get());
            }
        }
        for (int i = endpoints.size() - 1; i >= 0; i--) {
            JsonNode endpoint = endpoints.get(i);
            String type = endpoint.path("recordType").asText();
            boolean ours = List.of("A", "AAAA", "CNAME").contains(type);
            if (isOf(endpoint, name)
                    && ours
                    && after.stream().noneMatch(set -> set.type().name().equals(type))) {
                requireLike(endpoint, name, after);
                endpoints.remove(i);
            }
        }
    }

    /** A family that goes comes back as the one that stays is, see {@link #add}: with other fields it could not be brought back. */
    private void requireLike(JsonNode goes, DnsName name, List<DnsRecordSet> after) {
        for (DnsRecordSet set : after) {
            JsonNode stays = find(name, set.type());
            if (stays != null && !rest(stays).equals(rest(goes))) {
                throw new UnsafeToProceedException(where + " was left as it is: its "
                        + goes.path("recordType").asText() + " of " + name + " would go, and has other fields than its "
                        + set.type()
                        + ", so that it could not be brought back. Take it out by hand, or give it an address.");
            }
        }
    }

    /** What is not filled in. */
    private static JsonNode rest(JsonNode endpoint) {
        return ((ObjectNode) endpoint.deepCopy()).remove(List.of("dnsName", "recordType", "recordTTL", "targets"));
    }

    private ObjectNode add(DnsName name, RecordType type, @Nullable ObjectNode like) {
        ObjectNode added = like == null ? JSON.createObjectNode().put("dnsName", name.ascii()) : like.deepCopy();
        added.put("recordType", type.name());
        int at = endpoints.size();
        for (int i = 0; i < endpoints.size(); i++) {
            at = isOf(endpoints.get(i), name) ? i + 1 : at;
        }
        endpoints.insert(at, added);
        return added;
    }

    private static void fill(ObjectNode endpoint, DnsRecordSet set) {
        ArrayNode targets = endpoint.arrayNode();
        // A target that ends in a dot is dropped with a warning (external-dns, source/crd.go).
        set.values().forEach(targets::add);
        endpoint.set("targets", targets);
        long ttl = set.ttl().toSeconds();
        if (ttl > 0) {
            endpoint.put("recordTTL", ttl);
        } else if (endpoint.path("recordTTL").asLong(0) > 0) {
            endpoint.remove("recordTTL");
        }
    }

    /** The object, for messages. */
    @Override
    public String toString() {
        return where;
    }
}
