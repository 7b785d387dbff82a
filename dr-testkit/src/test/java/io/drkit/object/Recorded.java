package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** What a real kube-apiserver 1.36 stored: in the end, and one version after the other. Secrets, configmaps and widgets are encrypted. */
public final class Recorded {

    private static final Pattern KEY = Pattern.compile("\"key\": \"([^\"\\\\]*)\"");
    private static final Pattern VALUE = Pattern.compile("\"value\": \"([^\"]*)\"");

    private Recorded() {}

    public static Map<String, Bytes> registry() {
        return last(read("/kube-registry.jsonl.gz"));
    }

    static Map<String, Bytes> standby() {
        return last(read("/kube-standby-registry.jsonl.gz"));
    }

    /** Every version of every key that was written, in order. */
    static Map<String, List<Bytes>> history() {
        return read("/kube-history.jsonl.gz");
    }

    static Bytes value(String key) {
        return Objects.requireNonNull(registry().get(key), key);
    }

    static StoredObject object(String key) {
        return StoredObject.read(value(key)).orElseThrow();
    }

    private static Map<String, Bytes> last(Map<String, List<Bytes>> versions) {
        Map<String, Bytes> last = new LinkedHashMap<>();
        versions.forEach((key, values) -> last.put(key, values.get(values.size() - 1)));
        return last;
    }

    private static Map<String, List<Bytes>> read(String resource) {
        Map<String, List<Bytes>> versions = new LinkedHashMap<>();
        try (InputStream file = Objects.requireNonNull(Recorded.class.getResourceAsStream(resource));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> {
                String value = first(VALUE, line);
                if (!value.isEmpty()) { // a deletion has none
                    versions.computeIfAbsent(first(KEY, line), key -> new ArrayList<>())
                            .add(Bytes.wrap(Base64.getDecoder().decode(value)));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions;
    }

    private static String first(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? matcher.group(1) : "";
    }
}
