package io.drkit.dns.powerdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.testkit.dns.PowerDns;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What goes wrong between a switcher and a real PowerDNS: one sentence each, and nothing half done. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PowerDnsSwitcherFaultsTest {

    private static final DnsName ZONE = DnsName.of("faults.example");

    private final PowerDns server = new PowerDns(ZONE.ascii(), "copied.example");
    private final DnsSwitcher switcher = to(server.api().toString());
    private final AtomicInteger names = new AtomicInteger();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void a_wrong_key_a_server_that_is_down_and_one_that_is_silent_are_told_apart() {
        DnsName name = held();
        DnsSwitcher wrong =
                new PowerDnsSwitcher(PowerDnsConnection.to(server.api().toString(), "wrong-key"::toCharArray)
                        .build());
        assertThatThrownBy(() -> wrong.read(Set.of(name)))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("does not accept the API key")
                .hasMessageNotContaining("wrong-key");
        try (PowerDns other = new PowerDns("other.example")) {
            DnsSwitcher there =
                    new PowerDnsSwitcher(PowerDnsConnection.to(other.api().toString(), PowerDns.API_KEY::toCharArray)
                            .deadline(Duration.ofSeconds(1))
                            .build());
            other.freeze();
            assertThatThrownBy(() -> there.read(Set.of(name)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("did not answer in time");
            other.kill();
            assertThatThrownBy(() -> there.read(Set.of(name)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("takes no connection");
        }
    }

    @Test
    void twenty_names_are_one_change_of_the_zone() {
        DnsName[] twenty = IntStream.range(0, 20).mapToObj(i -> held()).toArray(DnsName[]::new);
        try (Between link = new Between(nth -> true)) {
            to(link.url()).pointTo(addresses("198.51.100.1", twenty));
            assertThat(link.patches).hasValue(1);
        }
    }

    @Test
    void a_lost_reply_is_looked_at_and_the_change_not_repeated() {
        DnsName name = held();
        try (Between link = new Between(nth -> true).losingReplies()) {
            DnsChange change = to(link.url()).pointTo(addresses("198.51.100.1", name));
            assertThat(link.patches).hasValue(1);
            assertThat(change.serials()).containsEntry(ZONE, server.serial(ZONE));
        }
        assertThat(server.told(name, RecordType.A)).containsExactly("198.51.100.1");
    }

    @Test
    void a_lost_change_is_repeated_and_when_all_are_lost_the_outcome_is_unknown() {
        DnsName name = held();
        try (Between link = new Between(nth -> nth > 1)) {
            to(link.url()).pointTo(addresses("198.51.100.1", name));
            assertThat(link.patches).hasValue(2);
        }
        assertThat(server.told(name, RecordType.A)).containsExactly("198.51.100.1");
        try (Between link = new Between(nth -> false)) {
            assertThatThrownBy(() -> to(link.url()).pointTo(addresses("203.0.113.1", name)))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("may yet be done");
        }
        assertThat(server.told(name, RecordType.A)).containsExactly("198.51.100.1");
    }

    @Test
    void disabled_records_do_not_count_and_stay() {
        DnsName name = held();
        server.pdnsutil("add-record", ZONE.ascii(), name.ascii().replace("." + ZONE, ""), "A", "300", "192.0.2.99");
        server.sql("update records set disabled = 1 where content = '192.0.2.99'");
        DnsChange change = switcher.pointTo(addresses("198.51.100.1", name));
        assertThat(change.before()).isEqualTo(addresses("192.0.2.1", name));
        switcher.undo(change);
        assertThat(server.told(name, RecordType.A)).containsExactly("192.0.2.1");
        assertThat(server.sql("select disabled from records where content = '192.0.2.99'")
                        .strip())
                .isEqualTo("1");
    }

    @Test
    void a_zone_that_is_another_servers_copy_is_not_written_to() {
        server.sql("update domains set type = 'SLAVE', master = '192.0.2.53' where name = 'copied.example'");
        assertThatThrownBy(() -> switcher.read(Set.of(DnsName.of("www.copied.example"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name the zone's primary");
    }

    @Test
    void a_name_that_is_delegated_to_others_is_not_taken_for_one_without_records() {
        server.pdnsutil("add-record", ZONE.ascii(), "delegated", "NS", "300", "ns.elsewhere.example.");
        assertThatThrownBy(() -> switcher.read(Set.of(DnsName.of("www.delegated." + ZONE))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delegated");
    }

    @Test
    void the_key_is_shown_nowhere_and_a_url_must_be_one() {
        assertThat(PowerDnsConnection.to("http://localhost:8081", PowerDns.API_KEY::toCharArray)
                        .build()
                        .toString())
                .doesNotContain(PowerDns.API_KEY);
        for (String url : List.of("localhost:8081", "ftp://localhost", "http://user:secret@localhost", "::")) {
            assertThatThrownBy(() -> PowerDnsConnection.to(url, PowerDns.API_KEY::toCharArray))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret@");
        }
        DnsSwitcher odd =
                new PowerDnsSwitcher(PowerDnsConnection.to(server.api().toString(), "two\nlines"::toCharArray)
                        .build());
        assertThatThrownBy(() -> odd.read(Set.of(ZONE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("lines");
    }

    private static DnsSwitcher to(String url) {
        return new PowerDnsSwitcher(PowerDnsConnection.to(url, PowerDns.API_KEY::toCharArray)
                .deadline(Duration.ofSeconds(5))
                .build());
    }

    private DnsName held() {
        DnsName name = DnsName.of("n" + names.incrementAndGet() + "." + ZONE);
        server.hold(addresses("192.0.2.1", name));
        return name;
    }

    private static DnsRecords addresses(String address, DnsName... names) {
        return DnsRecords.pointing(List.of(names), Duration.ofMinutes(5), List.of(address));
    }

    /** Somebody on the way to the server, who loses changes or the replies to them. */
    private final class Between implements AutoCloseable {

        private final HttpServer proxy;
        private final HttpClient client = HttpClient.newHttpClient();
        private final AtomicInteger patches = new AtomicInteger();
        private final IntPredicate passes;
        private boolean losesReplies;

        /** @param passes which changes are passed on, counted from 1 */
        Between(IntPredicate passes) {
            this.passes = passes;
            try {
                proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            proxy.createContext("/", this::handle);
            proxy.start();
        }

        Between losingReplies() {
            losesReplies = true;
            return this;
        }

        String url() {
            return "http://127.0.0.1:" + proxy.getAddress().getPort();
        }

        private void handle(HttpExchange exchange) throws IOException {
            boolean changes = exchange.getRequestMethod().equals("PATCH");
            HttpRequest request = HttpRequest.newBuilder(server.api().resolve(exchange.getRequestURI()))
                    .header("X-API-Key", exchange.getRequestHeaders().getFirst("X-API-Key"))
                    .method(
                            exchange.getRequestMethod(),
                            HttpRequest.BodyPublishers.ofByteArray(
                                    exchange.getRequestBody().readAllBytes()))
                    .build();
            if (!changes || passes.test(patches.incrementAndGet())) {
                try {
                    HttpResponse<byte[]> reply = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
                    if (!changes || !losesReplies) {
                        exchange.sendResponseHeaders(
                                reply.statusCode(), reply.body().length == 0 ? -1 : reply.body().length);
                        exchange.getResponseBody().write(reply.body());
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            exchange.close();
        }

        @Override
        public void close() {
            proxy.stop(0);
        }
    }
}
