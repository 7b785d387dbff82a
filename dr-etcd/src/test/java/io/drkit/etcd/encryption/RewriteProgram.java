package io.drkit.etcd.encryption;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionInspector;
import io.drkit.encryption.EncryptionRewriter;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.RewriteReport;
import io.drkit.encryption.ValueTransformer;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Inspects and rewrites in a process of its own, for tests that kill it or give it little memory. Exits with 0 when all is rewritten. */
final class RewriteProgram {

    private static final Path LOG = Path.of("target/rewrite-program.log");

    private RewriteProgram() {}

    static Process start(EncryptedSite site, EncryptionConfig config, Path folder, String memory) {
        try {
            Path file = folder.resolve("config.yaml");
            config.write(file);
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx" + memory,
                    "-XX:+ExitOnOutOfMemoryError",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), RewriteProgram.class.getName()));
            command.addAll(List.of(site.server().endpoint(0), file.toString()));
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(LOG.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the last one printed. */
    static String output() {
        try {
            return Files.readString(LOG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param arguments an endpoint and a configuration's file */
    public static void main(String[] arguments) {
        ValueTransformer transformer = Configs.transformer(EncryptionConfig.read(Path.of(arguments[1])));
        try (EtcdKeyStore store =
                EtcdKeyStore.connect(EtcdConnection.to(arguments[0]).build())) {
            EncryptionInspector inspector = new EncryptionInspector(store);
            RewriteReport report = new EncryptionRewriter(store, transformer).rewrite();
            Inspection after = inspector.inspect(transformer);
            System.out.println(report + " " + after);
            System.exit(report.isComplete() && after.isReadable() && after.stale() == 0 ? 0 : 1);
        }
    }
}
