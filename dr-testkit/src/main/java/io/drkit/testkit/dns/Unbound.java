package io.drkit.testkit.dns;

import io.drkit.dns.DnsName;
import io.drkit.dns.RecordType;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** A real caching resolver: {@code unbound} on loopback and a free port, which knows where some zones are served and asks nobody else. */
public final class Unbound implements AutoCloseable {

    private final Daemon daemon = new Daemon("unbound");
    private final int port = Daemon.freePort("127.0.0.1");

    /**
     * Starts one.
     *
     * @param zones for which it asks the server
     * @param address of the server that has the zones
     */
    public Unbound(Collection<DnsName> zones, String address, int serverPort) {
        String stubs = zones.stream()
                .map(zone -> "stub-zone:\n  name: \"%s\"\n  stub-addr: %s@%d\n".formatted(zone, address, serverPort))
                .collect(Collectors.joining());
        daemon.write("unbound.conf", """
                server:
                  directory: "%1$s"
                  pidfile: ""
                  chroot: ""
                  username: ""
                  use-syslog: no
                  num-threads: 1
                  interface: 127.0.0.1
                  port: %2$d
                  access-control: 127.0.0.0/8 allow
                  do-not-query-localhost: no
                  module-config: "iterator"
                  local-zone: "example." nodefault
                  cache-max-negative-ttl: 2
                  infra-host-ttl: 1
                remote-control:
                  control-enable: no
                %3$s
                """.formatted(daemon.folder, port, stubs));
        daemon.start(
                List.of(
                        Daemon.program("unbound"),
                        "-d",
                        "-c",
                        daemon.folder.resolve("unbound.conf").toString()),
                () -> Dig.answers("127.0.0.1", port, "localhost", "A"));
    }

    public String address() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** What this resolver tells a client. */
    public List<String> told(DnsName name, RecordType type) {
        return Dig.ask(address(), port, name, type);
    }

    @Override
    public void close() {
        daemon.close();
    }
}
