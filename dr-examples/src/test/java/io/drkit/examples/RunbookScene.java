package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Walk;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.testkit.dns.Bind;
import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Two real etcd servers and a real name server, which runbooks are run on: what they shall hold, and what they hold. */
final class RunbookScene implements AutoCloseable {

    static final DnsName PLATFORM = DnsName.of("platform.run.example");
    static final DnsName DRILL = DnsName.of("drill.run.example");

    /** Nobody listens there. */
    private static final String NOWHERE = "http://127.0.0.1:1";

    final EtcdServer primary = EtcdServer.builder().start();
    final EtcdServer standby = EtcdServer.builder().start();
    final Bind bind = Bind.primary("run.example");
    private final Path folder;

    RunbookScene(Path folder) {
        this.folder = folder;
    }

    /** Both sites as they were on the first day: the primary has content, the standby is level, and the name leads to the primary. */
    void firstDay() {
        for (EtcdServer server : List.of(primary, standby)) {
            server.etcdctl("del", "", "--prefix");
        }
        for (int i = 0; i < 5; i++) {
            put(primary, "/registry/configmaps/a/" + i, "value " + i);
        }
        Cli mirrored = Cli.drkit(
                "mirror", "--once", "--scope", "all", "--from", primary.endpoint(0), "--to", standby.endpoint(0));
        assertThat(mirrored.code()).as(mirrored.err()).isZero();
        bind.hold(DnsRecords.pointing(List.of(PLATFORM), Duration.ofMinutes(1), List.of("192.0.2.1")));
        bind.hold(DnsRecords.none(List.of(DRILL)));
        try {
            Files.deleteIfExists(folder.resolve("run.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void put(EtcdServer server, String key, String value) {
        server.etcdctl("put", key, value);
    }

    /** Only the two etcds. */
    Path etcdOnly() {
        return config("etcd.yaml", primary.endpoint(0), "run.json", "");
    }

    /** Another operator's, with a journal of its own. */
    Path anotherOperator() {
        return config("other.yaml", primary.endpoint(0), "other.json", "");
    }

    /** With the name server. */
    Path withNames() {
        return config("names.yaml", primary.endpoint(0), "run.json", names());
    }

    /** The same, and nothing of the primary can be reached. */
    Path withoutPrimary() {
        return config("lost.yaml", NOWHERE, "run.json", names());
    }

    Path journal() {
        return folder.resolve("run.json");
    }

    private String names() {
        return """
                dns:
                  names: [platform.run.example]
                  addresses: {primary: 192.0.2.1, standby: 198.51.100.1}
                  authoritative: ["%1$s:%2$d"]
                  backend: {type: rfc2136, server: "%1$s:%2$d", key-name: %3$s, secret-file: tsig.key}
                """.formatted(bind.address(), bind.port(), Bind.KEY_NAME);
    }

    private Path config(String name, String primaryEndpoint, String journal, String more) {
        try {
            Files.writeString(folder.resolve("tsig.key"), Bind.KEY_SECRET + "\n");
            String drill = more.isEmpty() ? "" : "\n  drill: {names: [drill.run.example]}";
            return Files.writeString(
                    folder.resolve(name), """
                    sites:
                      primary: {endpoints: ["%s"]}
                      standby: {endpoints: ["%s"]}
                    runbooks:
                      scope: all
                      objectives: {rpo: 5m, rto: 30m}
                      journal: %s%s
                    %s
                    """.formatted(primaryEndpoint, standby.endpoint(0), journal, drill, more));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Cli run(String runbook, Path config, String... more) {
        return Cli.drkit(arguments(runbook, config, more));
    }

    static String[] arguments(String runbook, Path config, String... more) {
        String[] fixed = {runbook, "--config", config.toString(), "--deadline", "2s"};
        String[] all = Arrays.copyOf(fixed, fixed.length + more.length);
        System.arraycopy(more, 0, all, fixed.length, more.length);
        return all;
    }

    static KeyStore connect(EtcdServer server) {
        return EtcdKeyStore.connect(EtcdConnection.to(server.endpoints()).build());
    }

    /** The keys of a server that are meant, with their values. */
    static SortedMap<String, String> content(EtcdServer server, Predicate<String> meant) {
        SortedMap<String, String> content = new TreeMap<>();
        for (KeyValue entry : all(server)) {
            String key = entry.key().printable();
            if (meant.test(key)) {
                content.put(key, entry.value().printable());
            }
        }
        return content;
    }

    /** Everything of a server to the last revision. */
    static SortedMap<String, String> everything(EtcdServer server) {
        SortedMap<String, String> content = new TreeMap<>();
        all(server)
                .forEach(entry -> content.put(
                        entry.key().printable(),
                        entry.modRevision() + " " + entry.value().printable()));
        try (KeyStore store = connect(server)) {
            content.put("revision", Long.toString(store.revision()));
        }
        return content;
    }

    private static List<KeyValue> all(EtcdServer server) {
        try (KeyStore store = connect(server)) {
            List<KeyValue> entries = new ArrayList<>();
            Walk.through(store, KeyRange.ALL, entries::add);
            return entries;
        }
    }

    static SortedMap<String, String> registry(EtcdServer server) {
        return content(server, key -> key.startsWith("/registry/"));
    }

    static String role(EtcdServer server) {
        try (KeyStore store = connect(server)) {
            return Site.at(store).role().map(SiteRole::toString).orElse("none");
        }
    }

    /** Where the platform's name leads. */
    List<String> leads() {
        return bind.told(PLATFORM, RecordType.A);
    }

    static Bytes bytes(String text) {
        return Bytes.utf8(text);
    }

    /** All that a run is about, for a comparison of two ends. */
    SortedMap<String, String> state() {
        SortedMap<String, String> state = new TreeMap<>();
        registry(primary).forEach((key, value) -> state.put("primary " + key, value));
        registry(standby).forEach((key, value) -> state.put("standby " + key, value));
        state.put("role of the primary", role(primary));
        state.put("role of the standby", role(standby));
        state.put("name", leads().toString());
        state.put("drill's name", bind.told(DRILL, RecordType.A).toString());
        return state;
    }

    @Override
    public void close() {
        bind.close();
        standby.close();
        primary.close();
    }
}
