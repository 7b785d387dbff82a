package io.drkit.etcd.certificate;

import io.drkit.SiteUnreachableException;
import io.drkit.etcd.PemFiles;
import io.drkit.file.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code ca.crt}, {@code client.crt} and {@code client.key} in a folder. Each is written whole or not at all, and the CA first, which says whose
 * the others are; so what an end between them leaves is known for what it is: a key beside another one's certificate, or a certificate beside a CA
 * that did not sign it.
 */
final class CertificateFolder {

    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");

    private final Path folder;
    private final Path authority;
    private final Path certificate;
    private final Path key;

    CertificateFolder(Path folder) {
        this.folder = folder;
        this.authority = folder.resolve("ca.crt");
        this.certificate = folder.resolve("client.crt");
        this.key = folder.resolve("client.key");
    }

    /** @throws IllegalArgumentException when others could put files of theirs in place of these */
    void requireOwn() throws IOException {
        if (Files.isDirectory(folder)
                && Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IllegalArgumentException(
                    "Anybody can write to the folder " + folder + ": name one that is yours alone.");
        }
    }

    /** @throws IllegalArgumentException when there is a file that is no certificate */
    Optional<Authority> authority() {
        return Files.exists(authority)
                ? Optional.of(new Authority(PemFiles.certificates(authority)))
                : Optional.empty();
    }

    boolean hasClientFiles() {
        return Files.exists(certificate) || Files.exists(key);
    }

    /** The client's certificate and key, if both are there and belong together. */
    Optional<KeyedCertificate> pair() {
        try {
            List<X509Certificate> chain = PemFiles.certificates(certificate);
            KeyedCertificate found = new KeyedCertificate(chain, PemFiles.key(key));
            return PemFiles.belongTogether(found.certificate(), found.key()) ? Optional.of(found) : Optional.empty();
        } catch (IllegalArgumentException e) {
            // What cannot be read as such is none.
            return Optional.empty();
        }
    }

    /** Leaves the pair as it is, beside the node's CA, with the permissions it should have. */
    void keep(Authority nodes) throws IOException {
        String pem = Authority.pem(nodes.certificates());
        if (!Files.exists(authority) || !Files.readString(authority).equals(pem)) {
            PrivateFile.write(authority, pem);
        }
        for (Path file : List.of(authority, certificate, key)) {
            if (!Files.getPosixFilePermissions(file).equals(OWNER)) {
                Files.setPosixFilePermissions(file, OWNER);
            }
        }
    }

    /**
     * Writes all three.
     *
     * @throws SiteUnreachableException when somebody else wrote there at the same time
     */
    void write(Authority nodes, KeyedCertificate pair) throws IOException {
        PrivateFile.folder(folder);
        Map<Path, String> files = new LinkedHashMap<>();
        files.put(authority, Authority.pem(nodes.certificates()));
        files.put(key, PemFiles.pem("PRIVATE KEY", pair.key().getEncoded()));
        files.put(certificate, Authority.pem(pair.chain()));
        PrivateFile.clear(files.keySet());
        boolean mine;
        try {
            PrivateFile.write(files);
            mine = pair().filter(found -> found.chain().equals(pair.chain())).isPresent();
        } catch (NoSuchFileException e) {
            mine = false;
        }
        // Of two that write at once, one finds out: by what the other cleared away, or by what it wrote last.
        if (!mine) {
            throw new SiteUnreachableException(
                    "The files in " + folder + " were written by somebody else at the same time. Do it again.");
        }
    }

    StoredCertificate stored(StoredCertificate.Action action, KeyedCertificate pair) {
        return new StoredCertificate(action, ClientCertificate.of(pair.certificate()), authority, certificate, key);
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
