package io.drkit.etcd.certificate;

import io.drkit.etcd.PemFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the pairs of some folders into another one, in turn and without end, in a process of its own: to be killed. */
final class WritingProgram {

    private WritingProgram() {}

    static Process start(Path to, Path... from) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), WritingProgram.class.getName()));
        command.add(to.toString());
        List.of(from).forEach(folder -> command.add(folder.toString()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** @param arguments the folder to write to, and those to take from; prints a line when it has written first */
    public static void main(String[] arguments) throws IOException {
        CertificateFolder to = new CertificateFolder(Path.of(arguments[0]));
        for (int i = 0; ; i++) {
            Path from = Path.of(arguments[1 + i % (arguments.length - 1)]);
            Authority authority = new Authority(PemFiles.certificates(from.resolve("ca.crt")));
            Optional<KeyedCertificate> pair = new CertificateFolder(from).pair();
            to.write(authority, pair.orElseThrow());
            if (i == 0) {
                System.out.println("written");
                System.out.flush();
            }
        }
    }
}
