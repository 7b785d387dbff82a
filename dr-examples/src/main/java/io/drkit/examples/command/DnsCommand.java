package io.drkit.examples.command;

import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.examples.cli.ChangeFile;
import io.drkit.examples.cli.DnsBaseCommand;
import io.drkit.examples.cli.DnsSettings;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit dns}: the platform's domain. Verifying stands in {@link DnsVerifyCommand}. */
@Command(
        name = "dns",
        description = "The platform's domain: where it leads, switching it, and the proof that it has moved.",
        subcommands = {
            DnsCommand.Show.class,
            DnsCommand.Prepare.class,
            DnsCommand.Switch.class,
            DnsVerifyCommand.class,
            DnsCommand.Undo.class
        })
public final class DnsCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Command(name = "show", description = "Where the names lead at the server that is written to; changes nothing.")
    static final class Show extends DnsBaseCommand {

        @Override
        protected int run(DnsSettings settings) {
            try (DnsSwitcher dns = open(settings)) {
                DnsRecords now = dns.read(settings.domainNames());
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("server", dns.name());
                json.put("names", tree(DnsChange.of(now, now)).path("after"));
                output().result(json, out -> now.names().forEach(name -> out.println(name + ": " + line(now, name))));
                return ExitCodes.DONE;
            }
        }
    }

    @Command(
            name = "prepare",
            description = "Lowers the time to live ahead of a planned switch, and says when the old one has run out;"
                    + " with --back, puts it back.")
    static final class Prepare extends DnsBaseCommand {

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                description = "The lower time to live. Default: 30s.")
        private Duration ttl = Duration.ofSeconds(30);

        @Option(names = "--wait", description = "Waits until the old time to live has run out.")
        private boolean wait;

        @Option(names = "--back", description = "Puts back what was there before, wherever the names lead by now.")
        private boolean back;

        @Option(
                names = "--record",
                paramLabel = "FILE",
                description = "Where the old times to live are kept. Default: drkit-dns-ttl.json.")
        private Path record = Path.of("drkit-dns-ttl.json");

        @Override
        protected int run(DnsSettings settings) throws InterruptedException {
            ChangeFile file = new ChangeFile(record);
            try (DnsSwitcher dns = open(settings)) {
                if (back) {
                    DnsChange change = dns.apply(dns.planTtlBack(file.required()));
                    file.delete();
                    tell(dns, change.before(), change, "");
                    return ExitCodes.DONE;
                }
                if (!dns.capabilities().ttls()) {
                    throw new IllegalArgumentException(
                            "The records of " + dns.name()
                                    + " have no times to live of their own that could be lowered or put back: nothing was changed.");
                }
                DnsChange plan = file.read().orElse(null);
                if (plan == null) {
                    plan = dns.planTtl(settings.domainNames(), ttl);
                    file.write(plan);
                }
                DnsRecords now = dns.read(plan.before().names());
                DnsChange change = dns.apply(plan);
                Duration old = change.before().longestTtl();
                tell(
                        dns,
                        now,
                        change,
                        "Resolvers may keep the old records for " + old.toSeconds()
                                + " s more; switch after that. The old times to live are kept in " + record + ".");
                if (wait) {
                    err().println("Waiting for " + old.toSeconds() + " s.");
                    err().flush();
                    TimeUnit.SECONDS.sleep(old.toSeconds());
                }
                return ExitCodes.DONE;
            }
        }
    }

    @Command(
            name = "switch",
            description = "Makes the names lead to other addresses; records where they led before it does.")
    static final class Switch extends DnsBaseCommand {

        @Option(
                names = "--to",
                paramLabel = "NAME|ADDRESSES",
                required = true,
                description =
                        "Addresses named in the configuration, such as standby, or IPv4 and IPv6 addresses, comma-separated.")
        private String to = "";

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                description = "The time to live. Default: what the names have now.")
        private @Nullable Duration ttl;

        @Option(names = "--create", description = "Also creates names that do not exist.")
        private boolean create;

        @Option(
                names = "--record",
                paramLabel = "FILE",
                description =
                        "Where the change is kept before it is made, for undo and verify. Default: drkit-dns-change.json.")
        private Path record = Path.of("drkit-dns-change.json");

        @Override
        protected int run(DnsSettings settings) {
            ChangeFile file = new ChangeFile(record);
            List<String> addresses = settings.addresses(to);
            try (DnsSwitcher dns = open(settings)) {
                DnsRecords now = dns.read(settings.domainNames());
                Duration wanted =
                        ttl != null ? ttl : now.longestTtl().isZero() ? Duration.ofMinutes(1) : now.longestTtl();
                DnsRecords desired = DnsRecords.pointing(settings.domainNames(), wanted, addresses);
                Optional<DnsChange> kept = file.read();
                if (kept.isPresent() && !kept.get().after().leadsLike(desired)) {
                    throw new IllegalArgumentException(
                            record + " holds another change, which may have to be undone: name "
                                    + "another file with --record, or move it away.");
                }
                DnsChange plan = kept.orElse(null);
                if (plan == null) {
                    plan = create ? DnsChange.of(now, desired) : dns.plan(desired);
                    if (!plan.changed().isEmpty()) {
                        file.write(plan);
                    }
                }
                DnsChange change = dns.apply(plan);
                tell(
                        dns,
                        now,
                        change,
                        change.changed().isEmpty()
                                ? ""
                                : "Resolvers may keep the old records for "
                                        + change.before().longestTtl().toSeconds()
                                        + " s more. What was there before is kept in " + record + ", for undo.");
                return ExitCodes.DONE;
            }
        }
    }

    @Command(
            name = "undo",
            description = "Puts back exactly what was there before a switch, unless somebody else changed it since.")
    static final class Undo extends DnsBaseCommand {

        @Option(
                names = "--record",
                paramLabel = "FILE",
                description = "Where the change was kept. Default: drkit-dns-change.json.")
        private Path record = Path.of("drkit-dns-change.json");

        @Override
        protected int run(DnsSettings settings) {
            try (DnsSwitcher dns = open(settings)) {
                DnsChange made = new ChangeFile(record).required();
                DnsRecords now = dns.read(made.after().names());
                tell(dns, now, dns.undo(made), "");
                return ExitCodes.DONE;
            }
        }
    }
}
