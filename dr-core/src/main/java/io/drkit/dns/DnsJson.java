package io.drkit.dns;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A change as a JSON document that people can read too: it may be all that is left of where the names led. */
final class DnsJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private DnsJson() {}

    static String write(DnsChange change) {
        ObjectNode root = JSON.createObjectNode();
        root.set("before", records(change.before()));
        root.set("after", records(change.after()));
        ObjectNode serials = root.putObject("serials");
        change.serials().forEach((zone, serial) -> serials.put(zone.ascii(), serial));
        return root.toPrettyString();
    }

    private static ObjectNode records(DnsRecords records) {
        ObjectNode names = JSON.createObjectNode();
        records.sets().forEach((name, sets) -> {
            ArrayNode list = names.putArray(name.ascii());
            for (DnsRecordSet set : sets) {
                ObjectNode node = list.addObject();
                node.put("type", set.type().name()).put("ttl", set.ttl().toSeconds());
                set.values().forEach(node.putArray("values")::add);
            }
        });
        return names;
    }

    static DnsChange readChange(String json) {
        try {
            JsonNode root = JSON.readTree(json);
            SortedMap<DnsName, Long> serials = new TreeMap<>();
            for (var serial : root.required("serials").properties()) {
                serials.put(new DnsName(serial.getKey()), serial.getValue().longValue());
            }
            return new DnsChange(readRecords(root.required("before")), readRecords(root.required("after")), serials);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IllegalArgumentException("This is not a DNS change that DrKit wrote.", e);
        }
    }

    private static DnsRecords readRecords(JsonNode names) {
        SortedMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>();
        for (var entry : names.properties()) {
            DnsName name = new DnsName(entry.getKey());
            List<DnsRecordSet> list = new ArrayList<>();
            for (JsonNode set : entry.getValue()) {
                List<String> values = new ArrayList<>();
                set.required("values").forEach(value -> values.add(value.textValue()));
                RecordType type = RecordType.valueOf(set.required("type").textValue());
                list.add(new DnsRecordSet(
                        name, type, Duration.ofSeconds(set.required("ttl").longValue()), values));
            }
            sets.put(name, list);
        }
        return new DnsRecords(sets);
    }
}
