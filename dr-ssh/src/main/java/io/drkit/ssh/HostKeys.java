package io.drkit.ssh;

import com.jcraft.jsch.HostKey;
import com.jcraft.jsch.HostKeyRepository;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.UserInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The known hosts of some files, which are read anew for each connection and never written; remembers the key it was asked about. */
final class HostKeys implements HostKeyRepository {

    private final HostKeyRepository known;
    private final List<Path> files;
    private byte @Nullable [] asked;

    private HostKeys(HostKeyRepository known, List<Path> files) {
        this.known = known;
        this.files = files;
    }

    static HostKeys of(JSch jsch, List<Path> files) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (Path file : files) {
                if (Files.exists(file)) {
                    all.write(Files.readAllBytes(file));
                    all.write('\n');
                }
            }
            jsch.setKnownHosts(new ByteArrayInputStream(all.toByteArray()));
        } catch (IOException | JSchException e) {
            throw new IllegalArgumentException("The known hosts of " + files + " cannot be read.", e);
        }
        return new HostKeys(jsch.getHostKeyRepository(), files);
    }

    /** What is known from where, for messages. */
    String files() {
        return String.join(" or ", files.stream().map(Path::toString).toList());
    }

    /** The key that the host showed, as {@code ssh-keygen -l} prints it. */
    String fingerprint() {
        byte[] key = asked;
        if (key == null || key.length < Integer.BYTES) {
            return "unknown";
        }
        int length = Math.min(ByteBuffer.wrap(key).getInt(), key.length - Integer.BYTES);
        String type = new String(key, Integer.BYTES, length, StandardCharsets.US_ASCII);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
            return type + " SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int check(String host, byte[] key) {
        asked = key.clone();
        return known.check(host, key);
    }

    @Override
    public void add(HostKey key, @Nullable UserInfo user) {
        // Who is trusted is not decided here.
    }

    @Override
    public void remove(String host, String type) {
        // As with add.
    }

    @Override
    public void remove(String host, String type, byte[] key) {
        // As with add.
    }

    @Override
    public String getKnownHostsRepositoryID() {
        return files();
    }

    @Override
    public HostKey[] getHostKey() {
        return known.getHostKey();
    }

    @Override
    public HostKey[] getHostKey(String host, String type) {
        return known.getHostKey(host, type);
    }
}
