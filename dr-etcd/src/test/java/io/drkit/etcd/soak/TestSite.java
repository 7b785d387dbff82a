package io.drkit.etcd.soak;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A site of the soak: its servers, the mirror's link to each of them, and the test's own way in, which no link is on. */
record TestSite(String name, EtcdServer server, List<SeveredLink> links, EtcdKeyStore store, Recording recording)
        implements AutoCloseable {

    /** The first connection of a JVM takes its time on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** After the endpoint: id, version, size of the database, and whether it leads. */
    private static final String LEADS = "(, [^,]*){3}, true,.*";

    static TestSite start(String name, EtcdServerBuilder builder) {
        EtcdServer server = builder.start();
        List<SeveredLink> links = IntStream.range(0, server.endpoints().size())
                .mapToObj(member -> SeveredLink.to("127.0.0.1", server.port(member)))
                .toList();
        EtcdKeyStore store = EtcdKeyStore.connect(
                EtcdConnection.to(server.endpoints()).connectTimeout(PATIENCE).build());
        return new TestSite(name, server, links, store, new Recording(store));
    }

    /** What the mirror connects to. */
    String linked() {
        return links.stream().map(link -> "http://127.0.0.1:" + link.port()).collect(Collectors.joining(","));
    }

    /** The member that leads, while all run; any where none says so. */
    int leader() {
        List<String> lines = status();
        return IntStream.range(0, server.endpoints().size())
                .filter(member ->
                        lines.stream().anyMatch(line -> line.matches(Pattern.quote(server.endpoint(member)) + LEADS)))
                .findFirst()
                .orElse(0);
    }

    private List<String> status() {
        try {
            return server.etcdctl("endpoint", "status", "--write-out=simple")
                    .lines()
                    .toList();
        } catch (IllegalStateException e) {
            return List.of();
        }
    }

    /** Starts the members that were killed, again if another process has a port of theirs for a moment. */
    void restart() {
        for (int attempt = 1; ; attempt++) {
            try {
                server.start();
                return;
            } catch (IllegalStateException e) {
                if (attempt == 5 || !String.valueOf(e.getMessage()).contains("address already in use")) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        recording.close();
        store.close();
        links.forEach(SeveredLink::close);
        server.close();
    }
}
