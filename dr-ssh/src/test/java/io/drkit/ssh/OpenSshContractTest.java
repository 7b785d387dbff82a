package io.drkit.ssh;

import io.drkit.node.NodeAccess;
import io.drkit.testkit.NodeAccessContract;
import io.drkit.testkit.ssh.OpenSshServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract against OpenSSH, as the user who runs the tests. */
class OpenSshContractTest extends NodeAccessContract {

    private static OpenSshServer server;

    @BeforeAll
    static void start() {
        server = OpenSshServer.builder().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected NodeAccess open() {
        return new SshNodeAccess(Nodes.at(server).build());
    }
}
