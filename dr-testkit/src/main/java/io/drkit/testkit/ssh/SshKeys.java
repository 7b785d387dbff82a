package io.drkit.testkit.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Throw-away SSH keys, made by {@code ssh-keygen}. */
public final class SshKeys {

    private SshKeys() {}

    /**
     * Makes a key pair: {@code file}, and {@code file.pub} beside it.
     *
     * @param type {@code ed25519}, {@code ecdsa} or {@code rsa}
     * @param passphrase empty for none; a test's, for it is seen by others
     */
    public static Path make(Path file, String type, String passphrase) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Tool.run(List.of("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "drkit-test", "-f", file.toString()));
        return file;
    }

    /** The public half, as it stands in {@code authorized_keys}. */
    public static String publicKey(Path file) {
        try {
            return Files.readString(Path.of(file + ".pub")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
