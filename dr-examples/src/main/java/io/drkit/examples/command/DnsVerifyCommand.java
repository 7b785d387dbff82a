package io.drkit.examples.command;

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
import io.drkit.dns.proof.AuthoritativeServers;
import io.drkit.dns.proof.ServerVantage;
import io.drkit.examples.cli.ChangeFile;
import io.drkit.examples.cli.DnsBaseCommand;
import io.drkit.examples.cli.DnsSettings;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit dns verify}: who sees a change by now, and whether the address answers for the names. */
@Command(
        name = "verify",
        description =
                "Asks each authoritative server and each resolver where the names lead, and calls the addresses by TLS.")
public final class DnsVerifyCommand extends DnsBaseCommand {

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

    @Override
    protected int run(DnsSettings settings) throws InterruptedException {
        DnsChange change = change(settings);
        DnsProof proof = DnsProof.await(change, vantages(settings, change), wait, Clock.systemUTC(), Ticker.SYSTEM);
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

    private DnsChange change(DnsSettings settings) {
        if (to == null) {
            return new ChangeFile(record).required();
        }
        DnsRecords after = DnsRecords.pointing(settings.domainNames(), Duration.ofMinutes(1), settings.addresses(to));
        // Without a record nobody knows what was there before: whatever else is seen is told as it is.
        return DnsChange.of(DnsRecords.none(after.names()), after);
    }

    private List<DnsVantage> vantages(DnsSettings settings, DnsChange change) throws InterruptedException {
        List<InetSocketAddress> resolvers = settings.resolverAddresses();
        List<DnsVantage> vantages = new ArrayList<>();
        if (!settings.authoritativeAddresses().isEmpty()) {
            settings.authoritativeAddresses().forEach(at -> vantages.add(vantage(DnsVantage.Kind.AUTHORITATIVE, at)));
        } else if (!resolvers.isEmpty()) {
            vantages.addAll(new AuthoritativeServers(resolvers.get(0), 53, timeout())
                    .of(change.after().names()));
        }
        resolvers.forEach(at -> vantages.add(vantage(DnsVantage.Kind.RESOLVER, at)));
        if (vantages.isEmpty()) {
            throw new IllegalArgumentException(
                    "The configuration names nobody to be asked: dns: {resolvers: [...]} or {authoritative: [...]}.");
        }
        return vantages;
    }

    private ServerVantage vantage(DnsVantage.Kind kind, InetSocketAddress at) {
        return new ServerVantage(kind, at.getAddress().getHostAddress() + ":" + at.getPort(), at, timeout());
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
