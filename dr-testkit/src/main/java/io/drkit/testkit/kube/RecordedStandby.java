package io.drkit.testkit.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.keystore.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** A fresh standby as a real kube-apiserver 1.36 stored it: what every control plane makes for itself, and objects of the site's own. */
final class RecordedStandby {

    private RecordedStandby() {}

    record Entry(Bytes key, Bytes value, boolean leased) {}

    static List<Entry> entries() {
        ObjectMapper mapper = new ObjectMapper();
        List<Entry> entries = new ArrayList<>();
        try (InputStream file = Objects.requireNonNull(
                        RecordedStandby.class.getResourceAsStream("/kube-standby-registry.jsonl.gz"));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode entry = mapper.readTree(line);
                entries.add(new Entry(
                        Bytes.utf8(entry.path("key").asText()),
                        Bytes.wrap(
                                Base64.getDecoder().decode(entry.path("value").asText())),
                        entry.path("lease").asBoolean()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }
}
