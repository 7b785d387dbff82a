package io.drkit.testkit.dns;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A real BIND: {@code named} on loopback and a free port, primary or secondary of some zones, which take updates signed with its key. Data is in a
 * temporary folder, deleted by {@link #close}. Each zone's NS record names the primary, {@code ns1} of the zone.
 */
public final class Bind implements AutoCloseable {

    /** The key's name, its algorithm, and its secret in Base64: it guards nothing but tests. */
    public static final String KEY_NAME = "drkit-test";

    public static final String KEY_ALGORITHM = "hmac-sha256";
    public static final String KEY_SECRET = "c2VjcmV0LWZvci10ZXN0cy1vbmx5LTAxMjM0NTY3ODk=";

    private final Daemon daemon = new Daemon("named");
    private final int port = Daemon.freePort("127.0.0.1");
    private final List<String> zones;

    /** @param primary at whose port the zones are copied from; 0 for a primary */
    private Bind(List<String> zones, int primary) {
        this.zones = zones;
        zones.forEach(zone -> daemon.write(zone + ".zone", """
                $TTL 300
                @ IN SOA ns1 hostmaster 1 3600 3600 86400 2
                @ IN NS ns1
                ns1 IN A 127.0.0.1
                """));
        daemon.write("named.conf", """
                options {
                  directory "%1$s"; pid-file "%1$s/pid"; session-keyfile "%1$s/session.key"; lock-file none;
                  listen-on port %2$d { 127.0.0.1; }; listen-on-v6 { none; };
                  recursion no; dnssec-validation no; notify no; allow-transfer { any; };
                  minimal-responses yes;
                };
                controls { };
                logging { category update { default_stderr; }; };
                key "drkit-test" { algorithm hmac-sha256; secret "%3$s"; };
                key "read-only" { algorithm hmac-sha256; secret "%3$s"; };
                %4$s
                """.formatted(
                        daemon.folder,
                        port,
                        KEY_SECRET,
                        zones.stream().map(zone -> clause(zone, primary)).collect(Collectors.joining("\n"))));
        daemon.start(
                List.of(
                        Daemon.program("named"),
                        "-g",
                        "-n",
                        "1",
                        "-c",
                        daemon.folder.resolve("named.conf").toString()),
                this::isReady);
    }

    private String clause(String zone, int primary) {
        return primary > 0
                ? "zone \"%s\" { type secondary; file \"%s.copy\"; primaries { 127.0.0.1 port %d; }; };"
                        .formatted(zone, zone, primary)
                : "zone \"%s\" { type primary; file \"%s.zone\"; allow-update { key drkit-test; }; };"
                        .formatted(zone, zone);
    }

    /** Starts a primary of some zones. */
    public static Bind primary(String... zones) {
        return new Bind(List.of(zones), 0);
    }

    /** Starts a secondary of this primary's zones, at another port: it copies each zone now, and asks for news only when {@linkplain #catchUp told}. */
    public Bind secondary() {
        return new Bind(zones, port);
    }

    public String address() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** Puts exactly these records, by {@code nsupdate}: whatever else is at these names goes away. */
    public void hold(DnsRecords records) {
        StringBuilder script = new StringBuilder();
        records.sets().forEach((name, sets) -> {
            for (RecordType type : RecordType.values()) {
                script.append("update delete ")
                        .append(name)
                        .append(". ")
                        .append(type)
                        .append('\n');
            }
            sets.forEach(set -> set.values().forEach(value -> script.append(line(set, value))));
            // One message a name, so that each may be of another zone.
            script.append("send\n");
        });
        nsupdate(script.toString());
    }

    private static String line(DnsRecordSet set, String value) {
        return "update add %s. %d %s %s%s\n"
                .formatted(
                        set.name(),
                        set.ttl().toSeconds(),
                        set.type(),
                        value,
                        set.type() == RecordType.CNAME ? "." : "");
    }

    /** Runs commands of {@code nsupdate}, with the key. */
    public void nsupdate(String commands) {
        String script = "server %s %d\nkey %s:%s %s\n%s"
                .formatted(address(), port, KEY_ALGORITHM, KEY_NAME, KEY_SECRET, commands);
        Tool.run(List.of(Daemon.program("nsupdate")), Map.of(), script);
    }

    /** What this server tells a client. */
    public List<String> told(DnsName name, RecordType type) {
        return Dig.ask(address(), port, name, type);
    }

    public long serial(DnsName zone) {
        return Dig.serial(address(), port, zone);
    }

    /** Tells a secondary that its primary has news of a zone. */
    public void catchUp(DnsName zone) {
        Dig.tell(address(), port, zone);
    }

    /** Ends it with SIGKILL. */
    public void kill() {
        daemon.kill();
    }

    /** Starts it again on its data and its port. */
    public void start() {
        daemon.start(this::isReady);
    }

    /** Stops it in its tracks: connections are made, and nothing answers, until {@link #thaw}. */
    public void freeze() {
        daemon.signal("STOP");
    }

    public void thaw() {
        daemon.signal("CONT");
    }

    /** The end of its log, in which it says of every update what became of it. */
    public String logTail() {
        return daemon.logTail();
    }

    @Override
    public void close() {
        daemon.close();
    }

    private boolean isReady() {
        return zones.stream().allMatch(zone -> Dig.answers(address(), port, zone, "SOA"));
    }
}
