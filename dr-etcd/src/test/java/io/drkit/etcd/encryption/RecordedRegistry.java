package io.drkit.etcd.encryption;

import io.drkit.keystore.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** What a real kube-apiserver stored, with {@code encryption-config.yaml}: secrets, configmaps and widgets are encrypted. */
final class RecordedRegistry {

    private static final Pattern LINE = Pattern.compile("\\{\"key\": \"([^\"\\\\]*)\", \"value\": \"([^\"]*)\".*");

    private RecordedRegistry() {}

    static Map<Bytes, Bytes> read() {
        Map<Bytes, Bytes> stored = new TreeMap<>();
        try (InputStream file =
                        Objects.requireNonNull(RecordedRegistry.class.getResourceAsStream("/kube-registry.jsonl.gz"));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> {
                Matcher fields = LINE.matcher(line);
                if (!fields.matches()) {
                    throw new IllegalStateException(line);
                }
                stored.put(
                        Bytes.utf8(fields.group(1)),
                        Bytes.wrap(Base64.getDecoder().decode(fields.group(2))));
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return stored;
    }
}
