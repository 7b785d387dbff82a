package io.drkit.testkit.dns;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real PowerDNS: the authoritative server with its SQLite backend and its HTTP API, on loopback and free ports. Data is in a temporary folder, deleted
 * by {@link #close}.
 */
public final class PowerDns implements AutoCloseable {

    /** The API's key: it guards nothing but tests. */
    public static final String API_KEY = "key-for-tests-only";

    private static final String SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

    private final Daemon daemon = new Daemon("pdns_server");
    private final int port = Daemon.freePort("127.0.0.1");
    private final int apiPort = Daemon.freePort("127.0.0.1");
    private final List<String> zones;

    /** Starts one with some zones of its own. */
    public PowerDns(String... zones) {
        this.zones = List.of(zones);
        Tool.run(List.of(Daemon.program("sqlite3"), database(), ".read " + SCHEMA), Map.of(), "");
        daemon.write("pdns.conf", """
                launch=gsqlite3
                gsqlite3-database=%1$s
                local-address=127.0.0.1
                local-port=%2$d
                api=yes
                api-key=%3$s
                webserver-address=127.0.0.1
                webserver-port=%4$d
                webserver-allow-from=127.0.0.1
                socket-dir=%5$s
                setuid=
                setgid=
                security-poll-suffix=
                """.formatted(database(), port, API_KEY, apiPort, daemon.folder));
        for (String zone : zones) {
            pdnsutil("create-zone", zone, "ns1." + zone);
        }
        daemon.start(
                List.of(
                        Daemon.program("pdns_server"),
                        "--config-dir=" + daemon.folder,
                        "--daemon=no",
                        "--guardian=no",
                        "--disable-syslog",
                        "--write-pid=no"),
                this::isReady);
    }

    private String database() {
        return daemon.folder.resolve("pdns.sqlite3").toString();
    }

    /** Where its API is, without {@code /api/v1}. */
    public URI api() {
        return URI.create("http://127.0.0.1:" + apiPort);
    }

    public String address() {
        return "127.0.0.1";
    }

    /** Where it answers DNS. */
    public int port() {
        return port;
    }

    /** Puts exactly these records, by {@code pdnsutil}: whatever else is at these names goes away. */
    public void hold(DnsRecords records) {
        records.sets().forEach((name, sets) -> {
            for (RecordType type : RecordType.values()) {
                pdnsutil("delete-rrset", zone(name), relative(name), type.name());
            }
            sets.forEach(this::put);
        });
        // The server keeps answers that it gave; this process cannot reach into it otherwise.
        if (isReady()) {
            Tool.run(
                    List.of(
                            Daemon.program("pdns_control"),
                            "--socket-dir=" + daemon.folder,
                            "--config-dir=" + daemon.folder,
                            "purge"),
                    Map.of(),
                    "");
        }
    }

    private void put(DnsRecordSet set) {
        String ttl = Long.toString(set.ttl().toSeconds());
        for (String value : set.values()) {
            String content = set.type() == RecordType.CNAME ? value + "." : value;
            pdnsutil(
                    "add-record",
                    zone(set.name()),
                    relative(set.name()),
                    set.type().name(),
                    ttl,
                    content);
        }
    }

    private String relative(DnsName name) {
        return name.ascii().equals(zone(name)) ? "@" : name.ascii().replace("." + zone(name), "");
    }

    private String zone(DnsName name) {
        return zones.stream()
                .filter(zone -> name.isWithin(DnsName.of(zone)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no zone has " + name));
    }

    /** Runs {@code pdnsutil} on its database. @return what it printed */
    public String pdnsutil(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Daemon.program("pdnsutil"), "--config-dir=" + daemon.folder));
        command.addAll(List.of(arguments));
        return Tool.run(command, Map.of(), "");
    }

    /** Runs SQL on its database. @return what it printed */
    public String sql(String statement) {
        return Tool.run(
                List.of(Daemon.program("sqlite3"), "-cmd", ".timeout 5000", database(), statement), Map.of(), "");
    }

    /** What this server tells a client. */
    public List<String> told(DnsName name, RecordType type) {
        return Dig.ask(address(), port, name, type);
    }

    public long serial(DnsName zone) {
        return Dig.serial(address(), port, zone);
    }

    /** Ends it with SIGKILL. */
    public void kill() {
        daemon.kill();
    }

    /** Stops it in its tracks: connections are made, and nothing answers. */
    public void freeze() {
        daemon.signal("STOP");
    }

    @Override
    public void close() {
        daemon.close();
    }

    private boolean isReady() {
        return zones.stream().allMatch(zone -> Dig.answers("127.0.0.1", port, zone, "SOA"));
    }
}
