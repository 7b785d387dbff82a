package io.drkit.kubernetes.coredns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Zone files as BIND reads them, in place of a CoreDNS, which is not to be had here: an independent opinion of what a file means. */
final class Zones {

    private Zones() {}

    /** A record a line, with absolute names. */
    static String canonical(String zone, String text) {
        try {
            Path folder = Files.createTempDirectory("drkit-zone");
            Path file = Files.writeString(folder.resolve("zone"), text);
            Path dump = folder.resolve("dump");
            Process check = new ProcessBuilder(
                            "named-checkzone",
                            "-D",
                            "-i",
                            "none",
                            "-k",
                            "ignore",
                            "-o",
                            dump.toString(),
                            zone,
                            file.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(check.exitValue()).as(said + text).isZero();
            String canonical = Files.readString(dump);
            Files.delete(file);
            Files.delete(dump);
            Files.delete(folder);
            return canonical;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
