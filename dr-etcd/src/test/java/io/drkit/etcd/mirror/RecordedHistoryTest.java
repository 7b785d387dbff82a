package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.Level;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorSession;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a real kube-apiserver once wrote, written again while the mirror runs. */
class RecordedHistoryTest extends OnRealEtcd {

    private static final Pattern LINE = Pattern.compile(
            "\\{\"revision\": \\d+, \"type\": \"(\\w+)\", \"key\": \"([^\"\\\\]*)\"(?:, \"value\": \"?([^\"]*)\"?)?\\}");

    @Test
    void arrives_whole() throws Exception {
        List<Event> events = read();
        try (MirrorSession session = pair().mirror()) {
            Set<String> left = new HashSet<>();
            for (Event event : events) {
                Bytes value = event.value();
                Bytes key = Bytes.utf8(event.key());
                primary().commit(value == null ? Operation.delete(key) : Operation.put(key, value));
                if (value != null && Side.SCOPE.range().contains(key)) {
                    left.add(event.key());
                } else {
                    left.remove(event.key());
                }
            }
            Pair.caughtUp(session);
            assertThat(standby().content())
                    .containsOnlyKeys(left)
                    .isEqualTo(primary().content());
            ConsistencyReport report = pair().checker().check(Side.SCOPE, Level.VALUES);
            assertThat(report.isConsistent()).as("%s", report).isTrue();
            assertThat(report.comparison().compared()).isEqualTo(left.size()).isGreaterThan(300);
        }
    }

    /** @param value null for a deletion */
    private record Event(String key, @Nullable Bytes value) {

        static Event parse(String line) {
            Matcher fields = LINE.matcher(line);
            assertThat(fields.matches()).as(line).isTrue();
            boolean put = fields.group(1).equals("PUT");
            return new Event(
                    fields.group(2), put ? Bytes.wrap(Base64.getDecoder().decode(fields.group(3))) : null);
        }
    }

    private static List<Event> read() throws IOException {
        try (InputStream file = Objects.requireNonNull(
                        RecordedHistoryTest.class.getResourceAsStream("/kube-history.jsonl.gz"));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            return lines.lines().map(Event::parse).toList();
        }
    }
}
