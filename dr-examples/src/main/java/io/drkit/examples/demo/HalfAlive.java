package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.stream.IntStream;

/** The old primary's etcd comes back and takes writes, which reach nobody. */
final class HalfAlive {

    private static final int CONNECT_MILLIS = 1_000;
    private static final int ETCD_PORT = 2379;

    private final Stage stage;
    private final Teller teller;
    private final Mirroring mirroring;

    HalfAlive(Stage stage, Teller teller, Mirroring mirroring) {
        this.stage = stage;
        this.teller = teller;
        this.mirroring = mirroring;
    }

    /** @return the keys that it took */
    List<Bytes> tell() throws InterruptedException {
        List<Bytes> late = IntStream.range(0, 5)
                .mapToObj(i -> Bytes.utf8("/registry/configmaps/demo/late-" + i))
                .toList();
        teller.step("its etcd starts again and takes writes", () -> {
            stage.primary().etcd().start();
            late.forEach(key -> stage.primary().etcd().etcdctl("put", key.utf8(), "written after the failover"));
            return late.size() + " late writes, made on its own machine";
        });
        if (stage.hasNodes()) {
            teller.step("try to reach it from elsewhere", () -> {
                String address = stage.primary().address();
                verify(!isReached(address, ETCD_PORT), "port " + ETCD_PORT + " of " + address + " is open");
                verify(isReached(address, 22), address + " cannot be reached at all");
                return "port " + ETCD_PORT + " of " + address + " is closed to us; SSH still answers";
            });
        }
        teller.step("try to mirror from it", () -> {
            DrKitProcess mirror = mirroring.another();
            int code = mirror.awaitExit(60);
            int expected = stage.hasNodes() ? ExitCodes.UNREACHABLE : ExitCodes.REFUSED;
            verify(code == expected, "a mirror from the old primary ended with " + code + ": " + mirror.log());
            verify(mirroring.standby().read(late).isEmpty(), "a late write has reached the new primary");
            return (stage.hasNodes() ? "it cannot be reached" : "refused, for it is not the primary any more")
                    + ": exit code " + code + "; the new primary has none of its late writes";
        });
        return late;
    }

    private static boolean isReached(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
