package io.drkit.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.UnsafeToProceedException;
import io.drkit.node.NetworkNode.Firewall;
import io.drkit.node.PortState.Closed;
import io.drkit.node.PortState.Open;
import io.drkit.node.PortState.Unclear;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real nftables and iptables in network namespaces, and real connections from allowed and other addresses. */
class PortFenceTest {

    private static final PortFence FENCE = new PortFence(PortFence.ETCD_CLIENT_PORT);
    private static final Set<AddressRange> FRIENDS = ranges("10.77.0.2", "fd77::2");

    private NetworkNode node;
    private NetworkNode outside;
    private NetworkNode.Program server;
    private NetworkNode.Program client;

    @BeforeAll
    static void namespaces() {
        NetworkNode.assumePossible();
    }

    @BeforeEach
    void start() {
        node = new NetworkNode("node");
        outside = new NetworkNode("outside");
        node.cable(outside, "cable");
        node.sh("ip addr add 10.77.0.1/24 dev cable && ip addr add fd77::1/64 dev cable nodad");
        for (String host : List.of("2", "3")) {
            outside.sh("ip addr add 10.77.0." + host + "/24 dev cable && ip addr add fd77::" + host
                    + "/64 dev cable nodad");
        }
        server = node.peer();
        client = outside.peer();
        assertThat(server.ask("listen 2379")).isEqualTo("ok");
    }

    @AfterEach
    void close() {
        node.close();
        outside.close();
    }

    private void install(Firewall firewall) {
        node.firewall(firewall);
        if (firewall == Firewall.IPTABLES_LEGACY) {
            assumeTrue(
                    node.run(NodeCommand.of("iptables", "-S").build()).succeeded(),
                    "The kernel has no iptables besides nftables.");
        }
    }

    private String connect(String name, String source, String target) {
        return client.ask("connect " + name + " " + source + " " + target + " 2379");
    }

    @ParameterizedTest
    @EnumSource(names = {"NFT", "IPTABLES_ON_NFT", "IPTABLES_LEGACY"})
    void a_closed_port_lets_in_those_who_are_allowed_and_the_node_itself(Firewall firewall) {
        install(firewall);
        assertThat(FENCE.state(node)).isEqualTo(new Open());
        assertThat(connect("before", "10.77.0.3", "10.77.0.1")).isEqualTo("ok");

        assertThat(FENCE.close(node, FRIENDS)).isEqualTo(new Closed(FRIENDS));
        assertThat(FENCE.state(node)).isEqualTo(new Closed(FRIENDS));
        assertThat(connect("a", "10.77.0.2", "10.77.0.1")).isEqualTo("ok");
        assertThat(client.ask("echo a")).isEqualTo("ok");
        assertThat(connect("b", "fd77::2", "fd77::1")).isEqualTo("ok");
        assertThat(client.ask("echo b")).isEqualTo("ok");
        assertThat(connect("c", "10.77.0.3", "10.77.0.1")).isEqualTo("refused");
        assertThat(connect("d", "fd77::3", "fd77::1")).isEqualTo("refused");
        for (String own : List.of("127.0.0.1", "::1", "10.77.0.1", "fd77::1")) {
            assertThat(server.ask("connect " + own + " - " + own + " 2379"))
                    .as(own)
                    .isEqualTo("ok");
            assertThat(server.ask("echo " + own)).as(own).isEqualTo("ok");
        }
        assertThat(server.ask("listen 2380")).isEqualTo("ok");
        assertThat(client.ask("connect e 10.77.0.3 10.77.0.1 2380")).isEqualTo("ok");

        FENCE.open(node);
        assertThat(FENCE.state(node)).isEqualTo(new Open());
        assertThat(connect("f", "10.77.0.3", "10.77.0.1")).isEqualTo("ok");
        assertThat(connect("g", "fd77::3", "fd77::1")).isEqualTo("ok");
    }

    @ParameterizedTest
    @EnumSource(names = {"NFT", "IPTABLES_ON_NFT", "IPTABLES_LEGACY"})
    void a_closed_port_ends_connections_that_were_open(Firewall firewall) {
        install(firewall);
        for (String name : List.of("speaks4", "hears4")) {
            assertThat(connect(name, "10.77.0.3", "10.77.0.1")).isEqualTo("ok");
        }
        for (String name : List.of("speaks6", "hears6")) {
            assertThat(connect(name, "fd77::3", "fd77::1")).isEqualTo("ok");
        }
        for (String name : List.of("speaks4", "hears4", "speaks6", "hears6")) {
            assertThat(client.ask("echo " + name)).isEqualTo("ok");
        }
        assertThat(connect("friend", "10.77.0.2", "10.77.0.1")).isEqualTo("ok");
        assertThat(client.ask("echo friend")).isEqualTo("ok");
        FENCE.close(node, FRIENDS);

        assertThat(client.ask("echo speaks4")).isEqualTo("reset");
        assertThat(client.ask("echo speaks6")).isEqualTo("reset");
        // The server's end is told when it sends, and nothing arrives at those who only hear.
        assertThat(server.ask("push")).isEqualTo("ok");
        assertThat(client.ask("hear hears4")).isEqualTo("silence");
        assertThat(client.ask("hear hears6")).isEqualTo("silence");
        await("only the friend's is left").until(() -> server.ask("accepted").equals("1"));
        assertThat(client.ask("hear friend")).isEqualTo("ok");
        assertThat(client.ask("echo friend")).isEqualTo("ok");

        // Not even opening brings one back.
        FENCE.open(node);
        assertThat(client.ask("echo hears4")).isEqualTo("reset");
        assertThat(client.ask("echo hears6")).isEqualTo("reset");
    }

    @ParameterizedTest
    @EnumSource(names = {"NFT", "IPTABLES_ON_NFT", "IPTABLES_LEGACY"})
    void closing_again_replaces_who_is_allowed_and_leaves_one_fence(Firewall firewall) {
        install(firewall);
        FENCE.close(node, FRIENDS);
        String once = rules();
        FENCE.close(node, FRIENDS);
        assertThat(rules()).isEqualTo(once);

        Set<AddressRange> others = ranges("10.77.0.3", "10.88.0.0/16", "fd77::/96");
        FENCE.close(node, others);
        assertThat(FENCE.state(node)).isEqualTo(new Closed(others));
        assertThat(connect("a", "10.77.0.2", "10.77.0.1")).isEqualTo("refused");
        assertThat(connect("b", "10.77.0.3", "10.77.0.1")).isEqualTo("ok");
        assertThat(connect("c", "fd77::2", "fd77::1")).isEqualTo("ok");

        FENCE.close(node, Set.of());
        assertThat(FENCE.state(node)).isEqualTo(new Closed(Set.of()));
        assertThat(connect("d", "10.77.0.3", "10.77.0.1")).isEqualTo("refused");
        assertThat(connect("e", "fd77::2", "fd77::1")).isEqualTo("refused");
    }

    @ParameterizedTest
    @EnumSource(names = {"NFT", "IPTABLES_ON_NFT", "IPTABLES_LEGACY"})
    void what_others_have_stays_as_it_was(Firewall firewall) {
        install(firewall);
        node.sh(
                "nft 'table inet other { chain input { type filter hook input priority 0; tcp dport 2379 accept; }; }'");
        for (String tool : List.of("iptables", "ip6tables")) {
            String script = tool + " -N DRKIT-237 && " + tool + " -A INPUT -p tcp --dport 2379 -j ACCEPT && " + tool
                    + " -A INPUT -j DRKIT-237 && " + tool + " -A DRKIT-237 -m comment --comment 'a b' -j RETURN && "
                    + tool + " -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080";
            assertThat(node.run(NodeCommand.script(script).build()).errText()).isEmpty();
        }
        new PortFence(237).close(node, FRIENDS);
        String before = rules();
        FENCE.open(node);
        assertThat(rules()).isEqualTo(before);

        FENCE.close(node, FRIENDS);
        assertThat(node.sh("nft list table inet other")).contains("tcp dport 2379 accept");
        assertThat(FENCE.state(node)).isEqualTo(new Closed(FRIENDS));
        assertThat(connect("a", "10.77.0.3", "10.77.0.1"))
                .as("though others accept it")
                .isEqualTo("refused");
        if (firewall != Firewall.NFT) {
            // Someone puts a rule before ours.
            String first = "iptables -I INPUT 1 -p tcp --dport 2379 -j ACCEPT";
            assertThat(node.run(NodeCommand.script(first).build()).succeeded()).isTrue();
            assertThat(FENCE.state(node)).isInstanceOf(Unclear.class);
            FENCE.close(node, FRIENDS);
            assertThat(connect("b", "10.77.0.3", "10.77.0.1")).isEqualTo("refused");
            node.run(NodeCommand.script("iptables -D INPUT -p tcp --dport 2379 -j ACCEPT")
                    .build());
        }
        FENCE.open(node);
        FENCE.open(node);
        assertThat(rules()).isEqualTo(before);
        assertThat(new PortFence(237).state(node)).isEqualTo(new Closed(FRIENDS));
    }

    @Test
    void a_fence_that_another_changed_is_told_and_put_right() {
        FENCE.close(node, FRIENDS);
        node.sh("nft insert rule inet drkit_2379 input ip saddr 10.99.0.0/16 accept");
        assertThat(FENCE.state(node))
                .isInstanceOfSatisfying(
                        Unclear.class, unclear -> assertThat(unclear.why()).contains("is not as it was made"));
        FENCE.close(node, FRIENDS);
        assertThat(FENCE.state(node)).isEqualTo(new Closed(FRIENDS));
        node.sh("nft flush table inet drkit_2379");
        assertThat(FENCE.state(node)).isInstanceOf(Unclear.class);
        FENCE.open(node);
        assertThat(FENCE.state(node)).isEqualTo(new Open());
    }

    @Test
    void what_iptables_closed_is_taken_over_by_nft() {
        install(Firewall.IPTABLES_ON_NFT);
        FENCE.close(node, ranges("10.77.0.3"));
        String old = rules();
        node.firewall(Firewall.NFT);
        assertThat(FENCE.state(node)).isEqualTo(new Closed(ranges("10.77.0.3")));
        FENCE.close(node, FRIENDS);
        assertThat(FENCE.state(node)).isEqualTo(new Closed(FRIENDS));
        assertThat(old).contains("DRKIT-2379");
        assertThat(rules()).contains("drkit_2379").doesNotContain("DRKIT-2379");
    }

    @Test
    void a_connection_that_is_led_to_the_port_by_another_is_closed_too() {
        node.sh(
                "nft 'table ip lb { chain pre { type nat hook prerouting priority -100; tcp dport 12379 redirect to :2379; }; }'");
        assertThat(client.ask("connect a 10.77.0.3 10.77.0.1 12379")).isEqualTo("ok");
        assertThat(client.ask("echo a")).isEqualTo("ok");
        FENCE.close(node, FRIENDS);
        assertThat(client.ask("echo a")).isEqualTo("reset");
        assertThat(client.ask("connect b 10.77.0.3 10.77.0.1 12379")).isEqualTo("refused");
        assertThat(client.ask("connect c 10.77.0.2 10.77.0.1 12379")).isEqualTo("ok");
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "IPTABLES_V4_ONLY"})
    void without_a_firewall_for_both_families_it_refuses(Firewall firewall) {
        install(firewall);
        String before = rules();
        assertThatThrownBy(() -> FENCE.close(node, FRIENDS))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Port 2379 of node")
                .hasMessageContaining("Install nftables; nothing was changed.");
        assertThatThrownBy(() -> FENCE.open(node)).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> FENCE.state(node)).isInstanceOf(UnsafeToProceedException.class);
        assertThat(rules()).isEqualTo(before);
    }

    /** Everything that is in force, also of tools that are hidden. */
    private String rules() {
        String legacy = Files.exists(Path.of("/usr/sbin/iptables-legacy-save"))
                ? "; iptables-legacy-save; ip6tables-legacy-save"
                : "";
        return node.sh("nft list ruleset" + legacy)
                .replaceAll("(?m)^#.*$", "")
                .replaceAll("\\[\\d+:\\d+]|packets \\d+ bytes \\d+", "");
    }

    static Set<AddressRange> ranges(String... texts) {
        return Set.copyOf(Stream.of(texts).map(AddressRange::parse).toList());
    }
}
