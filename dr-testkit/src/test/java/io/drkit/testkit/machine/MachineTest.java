package io.drkit.testkit.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.node.NodeCommand;
import io.drkit.testkit.LocalNode;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MachineTest {

    @BeforeEach
    void root() {
        assumeTrue(PrivateNetwork.canBeHad(), "Network namespaces are made by root, where they are allowed.");
    }

    private static void connect(Machine machine, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(machine.address(), port), 500);
        }
    }

    private static int exitCode(Machine at, String script, String argument) {
        List<String> command = at.inside(List.of("bash", "-c", script, "bash", argument));
        return new LocalNode("here")
                .run(NodeCommand.of(
                                command.get(0),
                                command.subList(1, command.size()).toArray(String[]::new))
                        .build())
                .exitCode();
    }

    @Test
    void machines_have_ports_a_firewall_and_a_cable_of_their_own() throws IOException {
        try (PrivateNetwork network = PrivateNetwork.start()) {
            Machine one = network.machine();
            Machine other = network.machine();
            try (EtcdServer first = EtcdServer.builder().on(one).start();
                    EtcdServer second = EtcdServer.builder().on(other).start();
                    OpenSshServer node = OpenSshServer.builder().on(one).start()) {
                first.etcdctl("put", "who", "first");
                second.etcdctl("put", "who", "second");
                assertThat(first.endpoint(0)).isEqualTo("http://" + one.address() + ":2379");
                connect(one, 2379);
                connect(one, node.port());
                assertThat(exitCode(other, ": < /dev/tcp/$1/2379", one.address()))
                        .isZero();

                String closed =
                        "nft add table inet t && nft 'add chain inet t in { type filter hook input priority 0; }'"
                                + " && nft add rule inet t in iifname != lo tcp dport \"$1\" drop";
                assertThat(exitCode(one, closed, "2379")).isZero();
                assertThatThrownBy(() -> connect(one, 2379)).isInstanceOf(SocketTimeoutException.class);
                connect(one, node.port());
                connect(other, 2379);
                assertThat(first.etcdctl("get", "who", "--print-value-only")).contains("first");

                other.cut();
                assertThatThrownBy(() -> connect(other, 2379)).isInstanceOf(IOException.class);
                other.heal();
                connect(other, 2379);
            }
        }
    }
}
