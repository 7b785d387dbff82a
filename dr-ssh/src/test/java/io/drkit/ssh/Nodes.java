package io.drkit.ssh;

import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.ssh.OpenSshServer;

/** How the tests reach their nodes. */
final class Nodes {

    private Nodes() {}

    /** By its client key, as the user who runs the tests. */
    static SshConnection.Builder at(OpenSshServer server) {
        return at(server, server.user());
    }

    static SshConnection.Builder at(OpenSshServer server, String user) {
        return SshConnection.to(user, server.host())
                .port(server.port())
                .key(server.clientKey())
                .knownHosts(server.knownHosts());
    }

    /** The same, through a link that can be cut. */
    static SshConnection.Builder through(SeveredLink link, OpenSshServer server) {
        return SshConnection.to(server.user(), link.host())
                .port(link.port())
                .key(server.clientKey())
                .knownHosts(server.knownHosts(link.port()));
    }
}
