package io.drkit.etcd.soak;

import io.drkit.SiteUnreachableException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdPair;
import io.drkit.keyspace.MirrorScope;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A mirror as a program that is meant to run for ever embeds it: what it cannot reach yet it tries again, and nothing but SIGTERM ends it. */
final class MirrorProgram {

    private static final Logger log = LoggerFactory.getLogger(MirrorProgram.class);

    private MirrorProgram() {}

    /** @param arguments the endpoints of primary and standby, and the scope: {@code all} or {@code platform} */
    public static void main(String[] arguments) throws InterruptedException {
        endWithTheTest();
        EtcdPair pair = connect(arguments[0], arguments[1]);
        MirrorOptions options = MirrorOptions.builder()
                .lockTimeToLive(Duration.ofSeconds(1))
                .maxBackoff(Duration.ofMillis(500))
                .silence(Duration.ofSeconds(2))
                .checkpointInterval(Duration.ofSeconds(1))
                .maxShrink(1)
                .standbyCompaction(Duration.ZERO)
                .pageSize(50)
                .build();
        MirrorSession session =
                pair.mirror(options).start(arguments[2].equals("all") ? MirrorScope.all() : MirrorScope.platform());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            session.close();
            pair.close();
        }));
        session.awaitEnd(Duration.ofDays(1000));
    }

    /** Its input ends when the test's process does, however that ends. */
    private static void endWithTheTest() {
        Thread waiting = new Thread(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // It has ended.
            }
            Runtime.getRuntime().halt(0);
        });
        waiting.setDaemon(true);
        waiting.start();
    }

    private static EtcdPair connect(String primary, String standby) throws InterruptedException {
        while (true) {
            try {
                return EtcdPair.connect(connection(primary), connection(standby));
            } catch (SiteUnreachableException e) {
                log.warn("Not connected yet: {}", e.getMessage());
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private static EtcdConnection connection(String endpoints) {
        return EtcdConnection.to(endpoints.split(","))
                .deadline(Duration.ofSeconds(2))
                .connectTimeout(Duration.ofSeconds(2))
                .build();
    }
}
