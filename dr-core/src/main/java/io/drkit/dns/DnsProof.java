package io.drkit.dns;

import io.drkit.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The evidence whether a change is seen: what each vantage point says of each name, and until when those that still see the old may do so.
 *
 * @param at when it was gathered
 * @param findings one a vantage point, name and type
 */
public record DnsProof(Instant at, List<Finding> findings) {

    private static final Duration PAUSE = Duration.ofSeconds(2);

    public DnsProof {
        findings = List.copyOf(findings);
    }

    /** How what was seen compares with the change. */
    public enum Verdict {
        /** Exactly what it shall lead to. */
        MOVED,
        /** Something of what it led to before. */
        STALE,
        /** Neither. */
        OTHER,
        /** No answer, or an error. */
        UNANSWERED
    }

    /**
     * What one vantage point says of one name and type.
     *
     * @param vantage its name
     * @param name as in the change: a wildcard is asked for by {@link DnsName#asked}
     * @param seen the values; empty for none, and for no answer
     * @param staleUntil when it will ask anew, for a stale or other answer of a resolver that told how long it keeps it; an authoritative
     *     server that is stale lags behind its primary, and nobody can tell for how long
     * @param serial of the zone, at an authoritative server
     * @param reason why there was no answer
     */
    public record Finding(
            String vantage,
            DnsVantage.Kind kind,
            DnsName name,
            RecordType type,
            Verdict verdict,
            List<String> seen,
            Optional<Instant> staleUntil,
            Optional<Long> serial,
            Optional<String> reason) {}

    /** Whether somebody was asked, and everybody sees what the change leads to. */
    public boolean isProved() {
        return !findings.isEmpty() && with(Verdict.MOVED).size() == findings.size();
    }

    public List<Finding> with(Verdict verdict) {
        return findings.stream().filter(f -> f.verdict() == verdict).toList();
    }

    /** When the last of the resolvers asked will have forgotten the old, as far as they told. */
    public Optional<Instant> staleUntil() {
        return findings.stream()
                .flatMap(finding -> finding.staleUntil().stream())
                .max(Comparator.naturalOrder());
    }

    /**
     * Asks all vantage points, side by side, once. One that is silent once is not asked further.
     *
     * @param change made or planned; what its names lead to after it is to be proved
     * @throws InterruptedException when this thread was interrupted; then the others are, too
     */
    public static DnsProof gather(DnsChange change, Collection<? extends DnsVantage> vantages, Clock clock)
            throws InterruptedException {
        if (vantages.isEmpty()) {
            throw new IllegalArgumentException("Nobody was named to be asked.");
        }
        ExecutorService threads = Executors.newFixedThreadPool(vantages.size(), task -> {
            Thread thread = new Thread(task, "dns-proof");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Instant at = clock.instant();
            List<Finding> findings = new ArrayList<>();
            for (Future<List<Finding>> answer : threads.invokeAll(vantages.stream()
                    .map(vantage -> (Callable<List<Finding>>) () -> ask(vantage, change, clock))
                    .toList())) {
                findings.addAll(answer.get());
            }
            return new DnsProof(at, findings);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** Gathers again and again until it is proved or the time has passed; returns the last. */
    public static DnsProof await(
            DnsChange change, Collection<? extends DnsVantage> vantages, Duration timeout, Clock clock, Ticker ticker)
            throws InterruptedException {
        long deadline = ticker.nanoTime() + timeout.toNanos();
        while (true) {
            DnsProof proof = gather(change, vantages, clock);
            long left = deadline - ticker.nanoTime();
            if (proof.isProved() || left <= 0) {
                return proof;
            }
            ticker.await(new CountDownLatch(1), Duration.ofNanos(Math.min(left, PAUSE.toNanos())));
        }
    }

    private static List<Finding> ask(DnsVantage vantage, DnsChange change, Clock clock) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        DnsAnswer answer = new DnsAnswer.Values(List.of(), Optional.empty(), Optional.empty());
        for (DnsName name : change.after().names()) {
            for (RecordType type : types(change, name)) {
                if (!(answer instanceof DnsAnswer.None none) || !none.silent()) {
                    answer = vantage.ask(name.asked(), type);
                }
                findings.add(finding(vantage, change, name, type, answer, clock.instant()));
            }
        }
        return findings;
    }

    private static List<RecordType> types(DnsChange change, DnsName name) {
        boolean alias = change.before().at(name, RecordType.CNAME).isPresent()
                || change.after().at(name, RecordType.CNAME).isPresent();
        return alias ? List.of(RecordType.CNAME) : List.of(RecordType.A, RecordType.AAAA);
    }

    private static Finding finding(
            DnsVantage vantage, DnsChange change, DnsName name, RecordType type, DnsAnswer answer, Instant now) {
        if (answer instanceof DnsAnswer.Values told) {
            Verdict verdict =
                    verdict(values(change.before(), name, type), values(change.after(), name, type), told.values());
            Optional<Instant> until = verdict == Verdict.MOVED || vantage.kind() == DnsVantage.Kind.AUTHORITATIVE
                    ? Optional.empty()
                    : told.ttl().map(now::plus);
            return new Finding(
                    vantage.name(),
                    vantage.kind(),
                    name,
                    type,
                    verdict,
                    told.values(),
                    until,
                    told.serial(),
                    Optional.empty());
        }
        Optional<String> reason = Optional.of(((DnsAnswer.None) answer).reason());
        return new Finding(
                vantage.name(),
                vantage.kind(),
                name,
                type,
                Verdict.UNANSWERED,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                reason);
    }

    private static List<String> values(DnsRecords records, DnsName name, RecordType type) {
        return records.at(name, type).map(DnsRecordSet::values).orElse(List.of());
    }

    private static Verdict verdict(List<String> before, List<String> after, List<String> seen) {
        if (seen.equals(after)) {
            return Verdict.MOVED;
        }
        boolean old = seen.equals(before)
                || seen.stream().anyMatch(value -> before.contains(value) && !after.contains(value));
        return old ? Verdict.STALE : Verdict.OTHER;
    }
}
