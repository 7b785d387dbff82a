package io.drkit.testkit.etcd;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A throw-away certificate authority for tests, made with the JDK's keytool: a certificate for a server on loopback and one for a client.
 * Files are PEM, keys PKCS#8, readable by their owner only.
 *
 * <p>The authority and the client's certificate last a year, the server's 30 days.
 *
 * @param authority the authority's own certificate
 */
public record TestCertificates(
        Path authority,
        Path authorityKey,
        Path serverCertificate,
        Path serverKey,
        Path clientCertificate,
        Path clientKey) {

    /**
     * @param folder where to write; it must exist
     * @param serverExpired whether the server's certificate ran out long ago
     */
    public static TestCertificates create(Path folder, boolean serverExpired) {
        Authority authority = new Authority(folder, UUID.randomUUID().toString());
        authority.generate(
                "authority",
                "CN=DrKit test authority",
                "-ext",
                "BasicConstraints:critical=ca:true",
                "-startdate",
                "-1d",
                "-validity",
                "366");
        authority.generate(
                "server",
                "CN=localhost",
                "-signer",
                "authority",
                "-ext",
                "SubjectAlternativeName=dns:localhost,ip:127.0.0.1",
                "-ext",
                "ExtendedKeyUsage=serverAuth,clientAuth",
                "-startdate",
                serverExpired ? "-90d" : "-1d",
                "-validity",
                "30");
        authority.generate(
                "client",
                "CN=client",
                "-signer",
                "authority",
                "-ext",
                "ExtendedKeyUsage=clientAuth",
                "-validity",
                "365");
        return authority.export();
    }

    private record Authority(Path folder, String password) {

        void generate(String alias, String name, String... options) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-J-XX:TieredStopAtLevel=1",
                    "-J-XX:+UseSerialGC",
                    "-genkeypair"));
            command.addAll(List.of("-alias", alias, "-dname", name, "-keystore", store().toString()));
            command.addAll(List.of("-storetype", "PKCS12", "-storepass:env", "STORE_PASSWORD"));
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
            command.addAll(Arrays.asList(options));
            Command.run(command, Map.of("STORE_PASSWORD", password), "", Duration.ofSeconds(60));
        }

        TestCertificates export() {
            try (InputStream in = Files.newInputStream(store())) {
                KeyStore keys = KeyStore.getInstance("PKCS12");
                keys.load(in, password.toCharArray());
                return new TestCertificates(
                        certificate(keys, "authority"),
                        key(keys, "authority"),
                        certificate(keys, "server"),
                        key(keys, "server"),
                        certificate(keys, "client"),
                        key(keys, "client"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private Path store() {
            return folder.resolve("authority.p12");
        }

        private Path certificate(KeyStore keys, String alias) throws GeneralSecurityException, IOException {
            return write(
                    alias + ".crt", "CERTIFICATE", keys.getCertificate(alias).getEncoded());
        }

        private Path key(KeyStore keys, String alias) throws GeneralSecurityException, IOException {
            return write(
                    alias + ".key",
                    "PRIVATE KEY",
                    keys.getKey(alias, password.toCharArray()).getEncoded());
        }

        private Path write(String file, String label, byte[] content) throws IOException {
            String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
            Path path = Files.createFile(
                    folder.resolve(file),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.writeString(
                    path, "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n");
        }
    }
}
