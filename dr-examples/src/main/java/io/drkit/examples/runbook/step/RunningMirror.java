package io.drkit.examples.runbook.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import java.util.List;

/** Whether a mirror holds a standby's lock: it runs, or was killed a few seconds ago. */
final class RunningMirror {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RunningMirror() {}

    static boolean isAt(KeyStore standby, String name) {
        KeyValue lock = standby.read(List.of(DrKitKeys.LOCK)).get(DrKitKeys.LOCK);
        try {
            return lock != null
                    && JSON.readTree(lock.value().utf8())
                            .path("mirror")
                            .asText()
                            .equals(name);
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
