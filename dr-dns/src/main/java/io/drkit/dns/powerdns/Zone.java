package io.drkit.dns.powerdns;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A zone as the API shows it: where names lead, its serial, and what has to be kept beside. */
final class Zone {

    final DnsName name;
    final String id;
    private final JsonNode json;

    Zone(JsonNode json) {
        this.name = DnsName.of(json.required("name").textValue());
        this.id = json.required("id").textValue();
        this.json = json;
    }

    boolean isSecondary() {
        String kind = json.path("kind").asText();
        return kind.equalsIgnoreCase("Slave")
                || kind.equalsIgnoreCase("Secondary")
                || kind.equalsIgnoreCase("Consumer");
    }

    long serial() {
        return json.path("serial").asLong();
    }

    /** What a name has; records that are disabled are not told to anybody, and do not count. */
    List<DnsRecordSet> at(DnsName wanted) {
        if (isDelegated(wanted)) {
            throw new IllegalArgumentException("Zone " + name + " has delegated " + wanted
                    + " to other name servers: name the primary among them as the server.");
        }
        List<DnsRecordSet> sets = new ArrayList<>();
        for (RecordType type : RecordType.values()) {
            List<String> values = new ArrayList<>();
            long ttl = 0;
            for (JsonNode set : rrsets(wanted, type)) {
                ttl = set.required("ttl").longValue();
                for (JsonNode record : set.required("records")) {
                    if (!record.path("disabled").booleanValue()) {
                        values.add(record.required("content").textValue());
                    }
                }
            }
            if (!values.isEmpty()) {
                sets.add(new DnsRecordSet(wanted, type, Duration.ofSeconds(ttl), values));
            }
        }
        return sets;
    }

    /** Whether NS records between the zone's top and the name hand it to other servers. */
    private boolean isDelegated(DnsName wanted) {
        for (JsonNode set : json.path("rrsets")) {
            if (set.required("type").textValue().equals("NS")) {
                String owner = set.required("name").textValue().toLowerCase(Locale.ROOT);
                if (!owner.equals(name + ".") && (wanted + ".").endsWith("." + owner)) {
                    return true;
                }
            }
        }
        return false;
    }

    private List<JsonNode> rrsets(DnsName wanted, RecordType type) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode set : json.path("rrsets")) {
            if (set.required("type").textValue().equals(type.name())
                    && set.required("name").textValue().equalsIgnoreCase(wanted + ".")) {
                found.add(set);
            }
        }
        return found;
    }

    /** The change of one name, as the API takes it. Disabled records stay: they are somebody's, and a replacement without them would lose them. */
    void change(ArrayNode rrsets, DnsName name, DnsRecords from, DnsRecords to) {
        for (RecordType type : RecordType.values()) {
            if (from.at(name, type).equals(to.at(name, type))) {
                continue;
            }
            ArrayNode records = rrsets.arrayNode();
            to.at(name, type)
                    .ifPresent(set -> set.values()
                            .forEach(value -> records.addObject()
                                    .put("content", type == RecordType.CNAME ? value + "." : value)
                                    .put("disabled", false)));
            long ttl = to.at(name, type).map(set -> set.ttl().toSeconds()).orElse(0L);
            for (JsonNode set : rrsets(name, type)) {
                ttl = to.at(name, type).isPresent() ? ttl : set.required("ttl").longValue();
                for (JsonNode record : set.required("records")) {
                    if (record.path("disabled").booleanValue()) {
                        records.add(record);
                    }
                }
            }
            ObjectNode change = rrsets.addObject().put("name", name + ".").put("type", type.name());
            if (records.isEmpty()) {
                change.put("changetype", "DELETE");
            } else {
                change.put("changetype", "REPLACE").put("ttl", ttl).set("records", records);
            }
        }
    }
}
