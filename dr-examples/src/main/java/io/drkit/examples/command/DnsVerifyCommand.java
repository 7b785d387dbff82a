package io.drkit.examples.command;

import io.drkit.DrException;
import io.drkit.Ticker;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsProof;
import io.drkit.dns.DnsProof.Finding;
import io.drkit.dns.DnsProof.Verdict;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsVantage;
import io.drkit.dns.RecordType;
import io.drkit.dns.proof.AddressCheck;
import io.drkit.dns.proof.AddressFinding;
import io.drkit.examples.cli.ChangeFile;
import io.drkit.examples.cli.DnsBaseCommand;
import io.drkit.examples.cli.DnsSettings;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.PodSettings;
import io.drkit.kubernetes.RestartTarget;
import io.drkit.kubernetes.RolloutRestart;
import io.drkit.kubernetes.dns.PodPlace;
import io.drkit.kubernetes.dns.PodVantage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit dns verify}: who sees a change by now, and whether the address answers for the names. */
@Command(
        name = "verify",
        description =
                "Asks each authoritative server, each resolver and pods where the names lead, and calls the addresses by TLS.")
public final class DnsVerifyCommand extends DnsBaseCommand {

    private static final Duration RESTART = Duration.ofMinutes(2);

    @Option(
            names = "--to",
            paramLabel = "NAME|ADDRESSES",
            description = "Where the names shall lead. Default: where the recorded change leads.")
    private @Nullable String to;

    @Option(
            names = "--record",
            paramLabel = "FILE",
            description = "Where the change was kept. Default: drkit-dns-change.json.")
    private Path record = Path.of("drkit-dns-change.json");

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Asks again until all see it or so much time has passed. Default: asks once.")
    private Duration wait = Duration.ZERO;

    @Option(names = "--no-tls", description = "Does not call the addresses.")
    private boolean noTls;

    @Option(
            names = "--restart-coredns",
            description = "Where a cluster's pods do not see it, restarts the cluster's CoreDNS and asks again.")
    private boolean restartCoreDns;

    @Override
    protected int run(DnsSettings settings) throws InterruptedException {
        DnsChange change = change(settings);
        List<PodVantage> pods = settings.podSettings().stream()
                .map(setting -> setting.vantage(config(), deadline()))
                .toList();
        try {
            return run(settings, change, pods);
        } finally {
            pods.forEach(PodVantage::close);
        }
    }

    private int run(DnsSettings settings, DnsChange change, List<PodVantage> pods) throws InterruptedException {
        List<DnsVantage> vantages = vantages(settings, change, pods);
        DnsProof proof = DnsProof.await(change, vantages, wait, Clock.systemUTC(), Ticker.SYSTEM);
        if (restartCoreDns && restartWhereStale(settings, pods, proof)) {
            proof = DnsProof.await(change, vantages, wait, Clock.systemUTC(), Ticker.SYSTEM);
        }
        List<AddressFinding> addresses = noTls ? List.of() : call(settings, change.after());
        boolean answered = addresses.stream().allMatch(AddressFinding::isGood);
        Result result = Result.of(proof, addresses, answered);
        output().result(result, out -> result.tell(out));
        if (proof.isProved() && answered) {
            return ExitCodes.DONE;
        }
        boolean onlySilent = answered
                && proof.with(Verdict.STALE).isEmpty()
                && proof.with(Verdict.OTHER).isEmpty();
        return onlySilent ? ExitCodes.UNREACHABLE : ExitCodes.WANTING;
    }

    /** Restarts each cluster's once, however many of its pods were asked; returns whether there was one to restart. One that fails is told, and may yet go on. */
    private boolean restartWhereStale(DnsSettings settings, List<PodVantage> pods, DnsProof proof) {
        Set<String> stale = new HashSet<>();
        proof.with(Verdict.STALE).forEach(finding -> stale.add(finding.vantage()));
        proof.with(Verdict.OTHER).forEach(finding -> stale.add(finding.vantage()));
        Set<List<@Nullable Object>> tried = new HashSet<>();
        for (int i = 0; i < pods.size(); i++) {
            PodSettings setting = settings.podSettings().get(i);
            PodPlace server = setting.nameServer();
            if (stale.contains(pods.get(i).name())
                    && tried.add(Arrays.asList(
                            setting.kubeconfig(), setting.context(), server.namespace(), server.deployment()))) {
                err().println("Restarting " + server + ", for " + pods.get(i).name() + " does not see the change.");
                err().flush();
                try {
                    RestartTarget target =
                            RestartTarget.of(RestartTarget.Kind.DEPLOYMENT, server.namespace(), server.deployment());
                    RolloutRestart.restart(setting.connection(config(), deadline()), List.of(target), RESTART);
                } catch (DrException e) {
                    err().println("The restart was not seen to end: " + e.getMessage());
                    err().flush();
                }
            }
        }
        return !tried.isEmpty();
    }

    private DnsChange change(DnsSettings settings) {
        if (to == null) {
            return new ChangeFile(record).required();
        }
        DnsRecords after = DnsRecords.pointing(settings.domainNames(), Duration.ofMinutes(1), settings.addresses(to));
        // Without a record nobody knows what was there before: whatever else is seen is told as it is.
        return DnsChange.of(DnsRecords.none(after.names()), after);
    }

    private List<DnsVantage> vantages(DnsSettings settings, DnsChange change, List<PodVantage> pods)
            throws InterruptedException {
        List<DnsVantage> vantages = new ArrayList<>(settings.servers(change, timeout()));
        vantages.addAll(pods);
        if (vantages.isEmpty()) {
            throw new IllegalArgumentException(
                    "The configuration names nobody to be asked: dns: {resolvers: [...]}, {authoritative: [...]} or {pods: [...]}.");
        }
        return vantages;
    }

    /** Half of the deadline, for each is tried twice. */
    private Duration timeout() {
        return deadline().dividedBy(2);
    }

    private List<AddressFinding> call(DnsSettings settings, DnsRecords after) {
        AddressCheck check = new AddressCheck(
                Objects.requireNonNullElse(settings.httpsPort(), 443),
                settings.cacert() == null ? null : relative(settings.cacert()),
                deadline(),
                Clock.systemUTC());
        List<AddressFinding> found = new ArrayList<>();
        for (DnsName name : after.names()) {
            for (DnsRecordSet set : after.at(name)) {
                if (set.type() != RecordType.CNAME) {
                    set.values().forEach(address -> found.add(check.check(name, address)));
                }
            }
        }
        return found;
    }

    /** The JSON form. */
    private record Result(boolean proved, @Nullable String staleUntil, List<Seen> answers, List<Called> addresses) {

        static Result of(DnsProof proof, List<AddressFinding> addresses, boolean answered) {
            return new Result(
                    proof.isProved() && answered,
                    proof.staleUntil().map(Instant::toString).orElse(null),
                    proof.findings().stream().map(Seen::of).toList(),
                    addresses.stream().map(Called::of).toList());
        }

        void tell(PrintWriter out) {
            answers.forEach(seen -> out.println(seen.line()));
            addresses.forEach(called -> out.println(called.line()));
            out.println(
                    proved
                            ? "Moved: everybody who was asked sees it"
                                    + (addresses.isEmpty() ? "." : ", and the addresses answer.")
                            : "Not proved."
                                    + (staleUntil == null
                                            ? ""
                                            : " The resolvers asked may be stale until " + staleUntil + "."));
        }
    }

    private record Seen(
            String at,
            String kind,
            String name,
            String type,
            String verdict,
            List<String> values,
            @Nullable String staleUntil,
            @Nullable Long serial,
            @Nullable String reason) {

        static Seen of(Finding finding) {
            return new Seen(
                    finding.vantage(),
                    Output.lower(finding.kind()),
                    finding.name().ascii(),
                    finding.type().name(),
                    Output.lower(finding.verdict()),
                    finding.seen(),
                    finding.staleUntil().map(Instant::toString).orElse(null),
                    finding.serial().orElse(null),
                    finding.reason().orElse(null));
        }

        String line() {
            return verdict + ": " + kind + " " + at + " says " + name + " " + type + " "
                    + (reason != null ? reason : values.isEmpty() ? "none" : String.join(" ", values))
                    + (serial == null ? "" : ", serial " + serial)
                    + (staleUntil == null ? "" : ", until " + staleUntil);
        }
    }

    private record Called(
            String name,
            String address,
            int port,
            boolean good,
            @Nullable String validUntil,
            List<String> problems) {

        static Called of(AddressFinding finding) {
            return new Called(
                    finding.name().ascii(),
                    finding.address(),
                    finding.port(),
                    finding.isGood(),
                    finding.validUntil().map(Instant::toString).orElse(null),
                    finding.problems());
        }

        String line() {
            return (good ? "answers: " : "wanting: ") + address + " called by " + name
                    + (good ? ", certificate valid until " + validUntil : ": " + String.join(" ", problems));
        }
    }
}
