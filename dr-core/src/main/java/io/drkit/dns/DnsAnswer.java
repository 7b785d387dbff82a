package io.drkit.dns;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What somebody was told about a name. */
public sealed interface DnsAnswer {

    /**
     * An answer.
     *
     * @param values as in {@link DnsRecordSet}; empty when there are none, or no such name (NODATA, NXDOMAIN)
     * @param ttl how much longer it may be kept; also for an empty one; none where that cannot be seen
     * @param serial of the zone at a server that holds it
     */
    record Values(List<String> values, Optional<Duration> ttl, Optional<Long> serial) implements DnsAnswer {

        public Values {
            values = values.stream().distinct().sorted().toList();
        }
    }

    /**
     * No answer, or an error.
     *
     * @param reason in few words: {@code SERVFAIL}, or {@code no answer within 5 s}
     * @param silent whether nothing came at all: then further questions there would only wait as long
     */
    record None(String reason, boolean silent) implements DnsAnswer {}
}
