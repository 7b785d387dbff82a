package io.drkit.etcd.mirror;

import io.drkit.SiteUnreachableException;
import io.drkit.etcd.EtcdPair;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A mirror in a process of its own, for tests that kill it. SIGTERM closes it, as a program that embeds it would. */
final class MirrorProgram {

    private MirrorProgram() {}

    /** Starts it in a new process; everything it prints goes where this JVM's output goes. */
    static Process start(String primary, String standby) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MirrorProgram.class.getName()));
        command.addAll(List.of(primary, standby));
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(new File("target/mirror-program.log"))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Process start(Pair pair) {
        return start(
                pair.primary().server().endpoint(0), pair.standby().server().endpoint(0));
    }

    /** @param arguments the endpoints of primary and standby */
    public static void main(String[] arguments) throws InterruptedException {
        EtcdPair pair = connect(arguments[0], arguments[1]);
        MirrorOptions options = Pair.options()
                .lockTimeToLive(Duration.ofSeconds(1))
                .maxShrink(1)
                .standbyCompaction(Duration.ZERO)
                .pageSize(50)
                .build();
        MirrorSession session = pair.mirror(options).start(Side.SCOPE);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            session.close();
            pair.close();
        }));
        session.awaitEnd(Duration.ofHours(1));
    }

    /** As soon as both are there: a busy server may be without its leader for a moment. */
    private static EtcdPair connect(String primary, String standby) throws InterruptedException {
        while (true) {
            try {
                return EtcdPair.connect(primary, standby);
            } catch (SiteUnreachableException e) {
                Thread.sleep(100);
            }
        }
    }
}
