package io.drkit.snapshot;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.Sha256;
import io.drkit.keystore.KeyValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a snapshot: the manifest that lies beside its file, as JSON. It holds no stored value, but names keys; both files are for
 * their owner's eyes.
 *
 * @param name by which it is kept, unique within a place
 * @param taken when it was begun, ISO 8601, in UTC
 * @param siteId the site's own random id, see {@link io.drkit.site.Site}; empty where the site had none
 * @param clusterId etcd's, in hexadecimal; two clusters installed alike may share it
 * @param member the name or endpoint of the member that gave it
 * @param memberId etcd's, in hexadecimal
 * @param revision up to which it holds everything, and nothing later
 * @param keys how many keys it holds at that revision; {@code null} where they could not be counted any more, for the revision had been compacted
 * @param bytes the file's size
 * @param sha256 of the whole file, in hexadecimal
 * @param users whether clients of the site had to log in; a site that is restored asks for the same users
 * @param etcdVersion of that member
 * @param kubernetesVersion of the platform, such as {@code v1.30.14}; empty where unknown
 * @param sample a few keys as the member served them at that revision, by which a restored copy is proved
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Snapshot(
        String name,
        String taken,
        String siteId,
        String clusterId,
        String member,
        String memberId,
        long revision,
        @Nullable Long keys,
        long bytes,
        String sha256,
        boolean users,
        String etcdVersion,
        String kubernetesVersion,
        List<Sample> sample) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
    /** Later than any clock says, and early enough to be reckoned with. */
    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /**
     * @param key in base64, for keys may be binary
     * @param modRevision of the key
     * @param sha256 of its value, in hexadecimal
     */
    public record Sample(String key, long modRevision, String sha256) {

        /** Of a key, and its value as it is stored. */
        public static Sample of(KeyValue read) {
            return new Sample(
                    Base64.getEncoder().encodeToString(read.key().unsafeArray()),
                    read.modRevision(),
                    Sha256.of(read.stored()));
        }
    }

    /** @throws IllegalArgumentException when it cannot be the manifest of a snapshot */
    public Snapshot {
        require(
                Stream.of(siteId, clusterId, member, memberId, etcdVersion, kubernetesVersion)
                        .allMatch(Objects::nonNull),
                "something is missing");
        require(NAME.matcher(name).matches(), "the name \"" + name + "\" is none");
        require(isInstant(taken), "the time \"" + taken + "\" is none");
        require(revision >= 1 && bytes >= 1, "revision and size must be positive");
        require(SHA256.matcher(sha256).matches(), "the checksum is none");
        sample = List.copyOf(sample);
    }

    /** When it was begun. */
    @JsonIgnore
    public Instant instant() {
        return Instant.parse(taken);
    }

    /** The same under another name. */
    Snapshot named(String other) {
        return new Snapshot(
                other,
                taken,
                siteId,
                clusterId,
                member,
                memberId,
                revision,
                keys,
                bytes,
                sha256,
                users,
                etcdVersion,
                kubernetesVersion,
                sample);
    }

    /** As it lies beside the file. */
    public String toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param source how the manifest is called in messages
     * @throws UnsafeToProceedException when it is not one
     */
    public static Snapshot parse(String json, String source) {
        try {
            return JSON.readValue(json, Snapshot.class);
        } catch (JsonProcessingException e) {
            throw new UnsafeToProceedException(source + " is not the manifest of a snapshot.");
        }
    }

    private static boolean isInstant(String text) {
        try {
            return Instant.parse(text).isBefore(NEVER);
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException("A snapshot's manifest is not right: " + what + ".");
        }
    }
}
