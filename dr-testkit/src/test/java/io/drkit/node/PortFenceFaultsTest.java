package io.drkit.node;

import static io.drkit.node.PortFenceTest.ranges;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.node.NetworkNode.Firewall;
import io.drkit.node.PortState.Closed;
import io.drkit.node.PortState.Open;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fence when connections are lost, commands are killed, and others interfere: on a real firewall in a network namespace. */
class PortFenceFaultsTest {

    private static final PortFence FENCE = new PortFence(PortFence.ETCD_CLIENT_PORT);
    private static final Set<AddressRange> FRIENDS = ranges("10.77.0.2", "fd77::2");
    private static final Set<AddressRange> OTHERS = ranges("10.77.0.3", "fd77::3");

    private NetworkNode node;

    @BeforeAll
    static void namespaces() {
        NetworkNode.assumePossible();
    }

    @BeforeEach
    void start() {
        node = new NetworkNode("node");
    }

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"NFT", "IPTABLES_ON_NFT"})
    void a_command_killed_in_the_midst_never_opens_the_port_and_is_made_good_by_another(Firewall firewall) {
        node.firewall(firewall);
        FENCE.close(node, FRIENDS);
        Set<AddressRange> before = FRIENDS;
        Set<AddressRange> wanted = OTHERS;
        int cutOff = 0;
        for (int millis = 2; millis < 60; millis += 3) {
            String seconds = "0.%03d".formatted(millis);
            NodeAccess dying = through(command ->
                    command.title().startsWith("close") ? behind(command, "timeout", "-s", "KILL", seconds) : command);
            try {
                FENCE.close(dying, wanted);
            } catch (OutcomeUnknownException e) {
                cutOff++;
            }
            PortState found = FENCE.state(node);
            if (firewall == Firewall.NFT) {
                assertThat(found).isIn(new Closed(before), new Closed(wanted));
            } else {
                assertThat(found).isNotEqualTo(new Open());
            }
            FENCE.close(node, wanted);
            assertThat(FENCE.state(node)).isEqualTo(new Closed(wanted));
            Set<AddressRange> swapped = before;
            before = wanted;
            wanted = swapped;
        }
        assertThat(cutOff).as("some were cut off").isPositive();
        FENCE.open(node);
        assertThat(FENCE.state(node)).isEqualTo(new Open());
    }

    @Test
    void a_lost_answer_is_made_good_by_a_look() {
        NodeAccess losing = through(List.of(Fate.LOST_AFTER));
        assertThat(FENCE.close(losing, FRIENDS)).isEqualTo(new Closed(FRIENDS));
        assertThat(FENCE.state(node)).isEqualTo(new Closed(FRIENDS));
        FENCE.open(through(List.of(Fate.LOST_AFTER)));
        assertThat(FENCE.state(node)).isEqualTo(new Open());
    }

    @Test
    void what_cannot_be_told_is_said_with_what_was_seen() {
        assertThatThrownBy(() -> FENCE.close(through(List.of(Fate.LOST_BEFORE)), FRIENDS))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("not known whether Port 2379 of node was closed")
                .hasMessageContaining("it was found open. Do it again");
        assertThatThrownBy(() -> FENCE.close(through(List.of(Fate.LOST_BEFORE, Fate.UNREACHABLE)), FRIENDS))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("it could not be looked at");
        assertThatThrownBy(() -> FENCE.close(through(List.of(Fate.UNREACHABLE)), FRIENDS))
                .isInstanceOf(SiteUnreachableException.class);
        assertThatThrownBy(() -> FENCE.state(through(List.of(Fate.LOST_BEFORE))))
                .isInstanceOf(SiteUnreachableException.class);
        assertThat(FENCE.state(node)).isEqualTo(new Open());
    }

    @Test
    void another_who_opens_it_meanwhile_is_told() {
        NodeAccess contested = through(command -> {
            List<String> arguments = new ArrayList<>(command.arguments());
            // In the midst of the script, right before it looks.
            arguments.set(
                    2,
                    arguments
                            .get(2)
                            .replace("|| code=47", "|| code=47\n[ $verb = look ] || nft delete table inet drkit_2379"));
            return new NodeCommand(
                    command.title(), arguments, command.input(), command.deadline(), command.outputLimit());
        });
        assertThatThrownBy(() -> FENCE.close(contested, FRIENDS))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("was closed, and then found open. Another changes the node's firewall");
    }

    @Test
    void who_may_not_is_refused_and_changes_nothing() {
        NodeAccess stranger = through(command -> behind(command, "setpriv", "--reuid=65534", "--clear-groups", "--"));
        assertThatThrownBy(() -> FENCE.close(stranger, FRIENDS))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("was not closed: ")
                .hasMessageContaining("not permitted");
        assertThatThrownBy(() -> FENCE.state(stranger))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("Connect as root, or with sudo.");
        assertThat(node.sh("nft list ruleset")).isEmpty();
    }

    /** The command as another program starts it. */
    private static NodeCommand behind(NodeCommand command, String... program) {
        List<String> arguments = new ArrayList<>(List.of(program));
        arguments.addAll(command.arguments());
        return new NodeCommand(command.title(), arguments, command.input(), command.deadline(), command.outputLimit());
    }

    private enum Fate {
        LOST_BEFORE,
        LOST_AFTER,
        UNREACHABLE
    }

    /** The node by a connection of which the first commands meet their fates. */
    private NodeAccess through(List<Fate> fates) {
        List<Fate> left = new ArrayList<>(fates);
        return new Through(node) {
            @Override
            public CommandResult run(NodeCommand command) {
                if (left.isEmpty()) {
                    return node.run(command);
                }
                Fate fate = left.remove(0);
                if (fate == Fate.UNREACHABLE) {
                    throw new SiteUnreachableException("node does not answer.");
                }
                if (fate == Fate.LOST_AFTER) {
                    node.run(command);
                }
                throw new OutcomeUnknownException("The connection was lost.", null);
            }
        };
    }

    private NodeAccess through(UnaryOperator<NodeCommand> change) {
        return new Through(node) {
            @Override
            public CommandResult run(NodeCommand command) {
                return node.run(change.apply(command));
            }
        };
    }

    private abstract static class Through implements NodeAccess {

        final NodeAccess node;

        Through(NodeAccess node) {
            this.node = node;
        }

        @Override
        public String name() {
            return node.name();
        }

        @Override
        public void close() {}
    }
}
