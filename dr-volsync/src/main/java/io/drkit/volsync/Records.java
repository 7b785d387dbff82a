package io.drkit.volsync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.UnsafeToProceedException;
import io.drkit.volume.Claim;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@link SiteRecord}s, each a ConfigMap beside the claim. */
final class Records {

    private static final String KEY = "record.json";
    private static final JsonMapper JSON = new JsonMapper();

    private final Side side;

    Records(Side side) {
        this.side = side;
    }

    SiteRecord read(Claim claim) {
        return parsed(claim, find(claim));
    }

    /** Changes what is remembered, as long as somebody else writes it at the same time. Writes nothing when nothing changes. */
    SiteRecord update(Claim claim, UnaryOperator<SiteRecord> change) {
        return side.waiting()
                .until(
                        side.timeout(),
                        () -> {
                            ConfigMap found = find(claim);
                            SiteRecord before = parsed(claim, found);
                            SiteRecord after = change.apply(before);
                            return (after.equals(before) || write(claim, found, after)) ? after : null;
                        },
                        () -> "ConfigMap " + Names.record(claim) + " at " + side.name()
                                + " was written by somebody else again and again: who?");
    }

    void remove(Claim claim) {
        side.removeIfOurs(ConfigMap.class, claim, Names.record(claim));
    }

    private @Nullable ConfigMap find(Claim claim) {
        return side.api().get(ConfigMap.class, claim.namespace(), Names.record(claim));
    }

    private boolean write(Claim claim, @Nullable ConfigMap found, SiteRecord record) {
        String json = serialized(record);
        if (found == null) {
            return side.api()
                    .create(new ConfigMapBuilder()
                            .withMetadata(Names.meta(claim, Names.record(claim)))
                            .withData(Map.of(KEY, json))
                            .build());
        }
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("data").put(KEY, json);
        return side.api().patch(found, patch);
    }

    private SiteRecord parsed(Claim claim, @Nullable ConfigMap found) {
        if (found == null) {
            return SiteRecord.EMPTY;
        }
        side.requireOurs(found, claim);
        try {
            String json = found.getData() == null ? null : found.getData().get(KEY);
            SiteRecord record = json == null ? null : JSON.readValue(json, SiteRecord.class);
            if (record == null) {
                throw notOurs(claim);
            }
            return record;
        } catch (JsonProcessingException e) {
            throw notOurs(claim);
        }
    }

    private UnsafeToProceedException notOurs(Claim claim) {
        return new UnsafeToProceedException("ConfigMap " + Names.record(claim) + " in namespace " + claim.namespace()
                + " at " + side.name() + " is not what DrKit wrote there: who changed it?");
    }

    private static String serialized(SiteRecord record) {
        try {
            return JSON.writeValueAsString(record);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
