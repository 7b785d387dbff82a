package io.drkit.keyspace;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** What real kube-apiservers stored, entry by entry, as it was stored: secrets and, on the primary, configmaps and widgets are encrypted. */
final class RecordedEntries {

    static final String PRIMARY = "kube-registry.jsonl.gz";
    static final String STANDBY = "kube-standby-registry.jsonl.gz";

    private static final Pattern KEY = Pattern.compile("\"key\": \"([^\"\\\\]*)\"");
    private static final Pattern VALUE = Pattern.compile("\"value\": \"([^\"]*)\"");
    private static final Pattern LEASED = Pattern.compile("\"lease\": (true|false)");

    private RecordedEntries() {}

    static List<KeyValue> of(String file) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(RecordedEntries.class.getResourceAsStream("/" + file))),
                StandardCharsets.UTF_8))) {
            return lines.lines().map(RecordedEntries::entry).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyValue entry(String line) {
        return new KeyValue(
                Bytes.utf8(in(line, KEY)),
                Bytes.wrap(Base64.getDecoder().decode(in(line, VALUE))),
                1,
                1,
                1,
                Boolean.parseBoolean(in(line, LEASED)));
    }

    private static String in(String line, Pattern pattern) {
        Matcher found = pattern.matcher(line);
        if (!found.find()) {
            throw new IllegalArgumentException(line);
        }
        return found.group(1);
    }
}
