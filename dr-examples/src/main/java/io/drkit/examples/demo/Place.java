package io.drkit.examples.demo;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.KeyStore;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.machine.Machine;
import io.drkit.testkit.ssh.OpenSshServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the platform can be: an etcd, and how it is reached.
 *
 * @param endpoint of its etcd, through its cable
 * @param address that the platform's name leads to when it is here
 * @param node the machine's OpenSSH server, where it is a machine of its own
 * @param cut pulls its cable, until {@code heal}
 */
public record Place(
        String name,
        EtcdServer etcd,
        String endpoint,
        String address,
        Optional<OpenSshServer> node,
        Runnable cut,
        Runnable heal) {

    /** A machine of its own, with its etcd at port 2379 and its node at port 22. */
    static Place on(Machine machine, String name, Opened opened) {
        EtcdServer etcd = opened.add(EtcdServer.builder().on(machine).start());
        OpenSshServer node = opened.add(OpenSshServer.builder().on(machine).start());
        return new Place(
                name, etcd, etcd.endpoint(0), machine.address(), Optional.of(node), machine::cut, machine::heal);
    }

    /** An etcd on this machine, and no node. */
    static Place onLoopback(String name, String address, Opened opened) {
        EtcdServer etcd = opened.add(EtcdServer.builder().start());
        SeveredLink link = opened.add(SeveredLink.to("127.0.0.1", etcd.port(0)));
        String endpoint = "http://" + link.host() + ":" + link.port();
        return new Place(name, etcd, endpoint, address, Optional.empty(), link::cut, link::heal);
    }

    KeyStore connect() {
        return EtcdKeyStore.connect(EtcdConnection.to(List.of(endpoint))
                .deadline(Duration.ofSeconds(5))
                .build());
    }

    @Override
    public String toString() {
        return name;
    }
}
