package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import io.drkit.testkit.dns.Bind;
import io.drkit.testkit.dns.PowerDns;
import io.drkit.testkit.dns.Unbound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit dns} on real name servers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DnsCommandTest {

    private static final DnsName PLATFORM = DnsName.of("platform.cli.example");
    private static final DnsName APPS = DnsName.of("*.apps.cli.example");

    private final Bind bind = Bind.primary("cli.example");
    private final Unbound resolver = new Unbound(Set.of(DnsName.of("cli.example")), bind.address(), bind.port());

    @TempDir
    Path folder;

    @AfterAll
    void stop() {
        resolver.close();
        bind.close();
    }

    @BeforeEach
    void primary() {
        bind.hold(leadingTo("192.0.2.1", Duration.ofMinutes(10)));
    }

    @Test
    void a_planned_switch_from_preparation_to_the_end() throws IOException {
        Path config = config(backend(Bind.KEY_NAME));
        assertThat(run(config, "show").out()).contains("platform.cli.example: A 192.0.2.1 (600 s)");

        Cli prepared = run(config, "prepare", "--ttl", "20s", "--record", file("ttl.json"));
        assertThat(prepared.code()).as(prepared.err()).isZero();
        assertThat(prepared.out()).contains("(600 s) -> A 192.0.2.1 (20 s)", "600 s more");

        Cli switched = run(config, "switch", "--to", "standby", "--record", file("change.json"));
        assertThat(switched.code()).as(switched.err()).isZero();
        assertThat(switched.out())
                .contains("2 names changed", "Zone cli.example has it with serial", "together or not at all");
        assertThat(bind.told(PLATFORM, RecordType.A)).containsExactly("198.51.100.1");
        assertThat(bind.told(PLATFORM, RecordType.AAAA)).containsExactly("2001:db8::2");
        long serial = bind.serial(DnsName.of("cli.example"));

        Cli again = run(config, "switch", "--to", "standby", "--record", file("change.json"));
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("Nothing to do");
        assertThat(bind.serial(DnsName.of("cli.example"))).isEqualTo(serial);

        Cli verified =
                run(config, "verify", "--wait", "30s", "--no-tls", "--record", file("change.json"), "--output", "json");
        assertThat(verified.code()).as(verified.out()).isZero();
        assertThat(verified.json().path("proved").booleanValue()).isTrue();
        // A server and a resolver, two names of two types each.
        assertThat(verified.json().path("answers")).hasSize(8);

        Cli back = run(config, "prepare", "--back", "--record", file("ttl.json"));
        assertThat(back.code()).as(back.err()).isZero();
        assertThat(run(config, "show").out()).contains("A 198.51.100.1, AAAA 2001:db8::2 (600 s)");

        Cli undone = run(config, "undo", "--record", file("change.json"));
        assertThat(undone.code()).as(undone.err()).isZero();
        assertThat(bind.told(PLATFORM, RecordType.A)).containsExactly("192.0.2.1");
        assertThat(bind.told(PLATFORM, RecordType.AAAA)).isEmpty();
    }

    @Test
    void preparing_waits_the_old_time_to_live_out_when_told() throws IOException {
        bind.hold(leadingTo("192.0.2.1", Duration.ofSeconds(3)));
        long began = System.nanoTime();
        Cli prepared =
                run(config(backend(Bind.KEY_NAME)), "prepare", "--ttl", "1s", "--wait", "--record", file("t.json"));
        assertThat(prepared.code()).as(prepared.err()).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void what_has_not_moved_or_does_not_answer_is_found_wanting() throws IOException {
        Path config = config(backend(Bind.KEY_NAME));
        Cli early = run(config, "verify", "--to", "standby", "--no-tls", "--output", "json");
        assertThat(early.code()).isEqualTo(3);
        JsonNode first = early.json().path("answers").get(0);
        assertThat(first.path("verdict").asText()).isIn("other", "stale");

        assertThat(run(config, "switch", "--to", "127.0.0.1", "--record", file("c.json"))
                        .code())
                .isZero();
        Cli deaf = run(config, "verify", "--wait", "30s", "--record", file("c.json"));
        assertThat(deaf.code()).isEqualTo(3);
        assertThat(deaf.out())
                .contains("wanting: 127.0.0.1 called by platform.cli.example", "takes no connection at port 9");
    }

    @Test
    void the_change_is_kept_before_it_is_made_and_another_is_not_written_over_it() throws IOException {
        Path config = config(backend(Bind.KEY_NAME));
        assertThat(run(config, "switch", "--to", "standby", "--record", file("change.json"))
                        .code())
                .isZero();
        String kept = Files.readString(folder.resolve("change.json"));
        assertThat(kept).contains("192.0.2.1").contains("198.51.100.1");

        Cli other = run(config, "switch", "--to", "203.0.113.1", "--record", file("change.json"));
        assertThat(other.code()).isEqualTo(2);
        assertThat(Files.readString(folder.resolve("change.json"))).isEqualTo(kept);

        Cli nowhere = run(config, "switch", "--to", "203.0.113.1", "--record", file("no-such-folder/change.json"));
        assertThat(nowhere.code()).isEqualTo(2);
        assertThat(nowhere.err()).contains("nothing was changed");
        assertThat(bind.told(PLATFORM, RecordType.A)).containsExactly("198.51.100.1");
    }

    @Test
    void undo_refuses_what_somebody_else_changed_since() throws IOException {
        Path config = config(backend(Bind.KEY_NAME));
        run(config, "switch", "--to", "standby", "--record", file("change.json"));
        bind.hold(leadingTo("203.0.113.9", Duration.ofMinutes(1)));
        Cli undone = run(config, "undo", "--record", file("change.json"), "--output", "json");
        assertThat(undone.code()).isEqualTo(5);
        assertThat(undone.json().path("error").asText()).contains("Somebody else changed");
        assertThat(bind.told(PLATFORM, RecordType.A)).containsExactly("203.0.113.9");
    }

    @Test
    void what_is_wrong_with_the_configuration_is_told() throws IOException {
        Cli type = run(config("type: carrier-pigeon"), "show");
        assertThat(type.code()).isEqualTo(2);
        assertThat(type.err()).contains("carrier-pigeon", "powerdns", "rfc2136");

        Cli field = run(config(backend(Bind.KEY_NAME) + "\n    colour: red"), "show");
        assertThat(field.code()).isEqualTo(2);
        assertThat(field.err()).contains("colour");

        Cli target = run(config(backend(Bind.KEY_NAME)), "switch", "--to", "nowhere");
        assertThat(target.code()).isEqualTo(2);
        assertThat(target.err()).contains("nowhere", "standby");

        Cli key = run(config(backend("nobody")), "show");
        assertThat(key.code()).isEqualTo(4);
        assertThat(key.err()).contains("BADKEY").doesNotContain(Bind.KEY_SECRET);

        Cli none = drkit("dns", "show");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("--config");
    }

    @Test
    void powerdns_is_another_type() throws IOException {
        try (PowerDns powerdns = new PowerDns("cli.example")) {
            powerdns.hold(leadingTo("192.0.2.1", Duration.ofMinutes(1)));
            Files.writeString(folder.resolve("api.key"), PowerDns.API_KEY + "\n");
            Path config = config("type: powerdns\n    url: " + powerdns.api() + "\n    api-key-file: api.key");
            Cli switched = run(config, "switch", "--to", "standby", "--record", file("pdns.json"));
            assertThat(switched.code()).as(switched.err()).isZero();
            assertThat(switched.out()).contains("a window remains");
            assertThat(powerdns.told(PLATFORM, RecordType.A)).containsExactly("198.51.100.1");
        }
    }

    private static DnsRecords leadingTo(String address, Duration ttl) {
        return DnsRecords.pointing(List.of(PLATFORM, APPS), ttl, List.of(address));
    }

    private String backend(String key) throws IOException {
        Files.writeString(folder.resolve("tsig.key"), Bind.KEY_SECRET + "\n");
        return "type: rfc2136\n    server: %s:%d\n    key-name: %s\n    secret-file: tsig.key"
                .formatted(bind.address(), bind.port(), key);
    }

    private Path config(String backend) throws IOException {
        return Files.writeString(folder.resolve("drkit.yaml"), """
                dns:
                  names: [platform.cli.example, "*.apps.cli.example"]
                  addresses:
                    primary: 192.0.2.1
                    standby: [198.51.100.1, "2001:db8::2"]
                  resolvers: %s:%d
                  authoritative: ["%s:%d"]
                  https-port: 9
                  backend:
                    %s
                """.formatted(
                        resolver.address(), resolver.port(), bind.address(), bind.port(), backend));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private static Cli run(Path config, String... arguments) {
        return drkit(Stream.concat(
                        Stream.of("dns"), Stream.concat(Stream.of(arguments), Stream.of("--config", config.toString())))
                .toArray(String[]::new));
    }
}
