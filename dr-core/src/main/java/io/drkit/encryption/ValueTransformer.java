package io.drkit.encryption;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.GroupResource;
import io.drkit.keyspace.RegistryKey;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.quarantine.Quarantine;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How kube-apiserver, given one configuration, reads and writes values. A key outside its prefix is nobody's to encrypt, with one exception: a
 * value in DrKit's quarantine is treated as if it still had its old key, so that no secret lies there in the open. Thread-safe.
 *
 * <p>A value's first bytes name the provider and the key that wrote it. Keys of that name are tried in the configuration's order.
 */
public final class ValueTransformer {

    private static final Bytes ENCRYPTED = Bytes.utf8("k8s:enc:");
    /** What built-in kinds begin with: an envelope of protobuf. */
    private static final Bytes PROTOBUF = Bytes.utf8("k8s\0");
    /** Self-described CBOR (RFC 8949, 3.4.6), as which a kube-apiserver with CBORServingAndStorage keeps custom resources. */
    private static final Bytes CBOR = Bytes.copyOf((byte) 0xd9, (byte) 0xd9, (byte) 0xf7);

    /** Whatever kube-apiserver takes: its limit is the size of a request. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final EncryptionConfig config;
    private final ValueCipher cipher;
    private final String registryPrefix;
    private final Map<GroupResource, List<Provider>> providers = new ConcurrentHashMap<>();

    /** For kube-apiserver's default prefix, {@value RegistryKey#DEFAULT_PREFIX}. */
    public ValueTransformer(EncryptionConfig config, ValueCipher cipher) {
        this(config, cipher, RegistryKey.DEFAULT_PREFIX);
    }

    /**
     * @param registryPrefix kube-apiserver's {@code --etcd-prefix}
     * @throws IllegalArgumentException when it is no folder, or one that holds DrKit's own keys
     */
    public ValueTransformer(EncryptionConfig config, ValueCipher cipher, String registryPrefix) {
        this.config = config;
        this.cipher = cipher;
        if (!registryPrefix.matches("/[^/].*")
                || KeyRange.folder(registryPrefix).overlaps(DrKitKeys.OWN)) {
            throw new IllegalArgumentException("'" + registryPrefix
                    + "' is no prefix of kube-apiserver's keys; expected is one such as /registry.");
        }
        this.registryPrefix = registryPrefix;
    }

    /** Kube-apiserver's {@code --etcd-prefix}. */
    public String registryPrefix() {
        return registryPrefix;
    }

    /** What kube-apiserver makes of a stored value: the first key whose padding or tag passes wins, right or wrong. */
    public Reading readAsKubeApiserver(Bytes key, Bytes stored) {
        return read(home(key), stored, false);
    }

    /**
     * What a stored value really says: where nothing authenticates it, a plaintext counts only if it is an object as Kubernetes stores it, and
     * other keys of the name are tried otherwise. Never {@link Verdict#MISREAD}.
     */
    public Reading read(Bytes key, Bytes stored) {
        return read(home(key), stored, true);
    }

    /** Whether this configuration has the values of that key written by a provider that is at hand here: any but KMS. */
    public boolean writesLocally(Bytes key) {
        return !(providersOf(home(key)).get(0) instanceof Kms);
    }

    /**
     * What to store for a plaintext, under the key that writes. Where that is a KMS plugin's, the first local key of the list is taken, which
     * kube-apiserver reads as well.
     *
     * @throws UnsafeToProceedException when only a plugin could encrypt it
     */
    public Bytes write(Bytes key, Bytes plaintext) {
        Bytes home = home(key);
        List<Provider> all = providersOf(home);
        if (all.get(0) instanceof Identity) {
            return plaintext;
        }
        for (Provider provider : all) {
            if (provider instanceof Local local) {
                EncryptionKey writer = local.keys().get(0);
                return local.algorithm()
                        .prefix(writer)
                        .concat(cipher.seal(local.algorithm(), writer.secret(), plaintext, home));
            }
        }
        throw new UnsafeToProceedException("Cannot encrypt " + home.printable() + ": its values are written by "
                + all.get(0) + ", which only its plugin can. Have kube-apiserver write it, or add a local provider"
                + " to the configuration, second.");
    }

    /** Whether {@link #read} will know again what {@link #write} makes of it: under AES-CBC only what is an object, as Kubernetes stores them. */
    boolean readsAgain(Bytes key, Bytes plaintext) {
        return !(providersOf(home(key)).get(0) instanceof Local local)
                || local.algorithm() != Algorithm.AESCBC
                || isObject(plaintext);
    }

    static boolean isEncrypted(Bytes stored) {
        return stored.startsWith(ENCRYPTED);
    }

    private Reading read(Bytes key, Bytes stored, boolean strictly) {
        List<Provider> all = providersOf(key);
        for (Provider provider : all) {
            boolean first = provider.equals(all.get(0));
            if (provider instanceof Identity && !isEncrypted(stored)) {
                return new Reading(Verdict.READABLE, "identity", "", first, stored);
            } else if (provider instanceof Kms kms && stored.startsWith(Bytes.utf8(label(kms)))) {
                return new Reading(Verdict.NEEDS_PLUGIN, "kms " + kms.apiVersion(), kms.name(), first, null);
            } else if (provider instanceof Local local) {
                Reading reading = read(local, key, stored, strictly, first);
                if (reading != null) {
                    return reading;
                }
            }
        }
        String[] label = isEncrypted(stored) ? labelOf(stored) : new String[] {"identity", ""};
        return new Reading(Verdict.UNREADABLE, label[0], label[1], false, null);
    }

    private @Nullable Reading read(Local local, Bytes key, Bytes stored, boolean strictly, boolean first) {
        for (EncryptionKey each : local.keys()) {
            Bytes prefix = local.algorithm().prefix(each);
            if (!stored.startsWith(prefix)) {
                continue;
            }
            Optional<Bytes> opened =
                    cipher.open(local.algorithm(), each.secret(), stored.dropFirst(prefix.size()), key);
            if (opened.isEmpty()) {
                continue;
            }
            boolean right = local.algorithm() != Algorithm.AESCBC || isObject(opened.get());
            if (right || !strictly) {
                boolean current = right && first && each.equals(local.keys().get(0));
                return new Reading(
                        right ? Verdict.READABLE : Verdict.MISREAD,
                        local.algorithm().providerName(),
                        each.name(),
                        current,
                        opened.get());
            }
        }
        return null;
    }

    /** What a value says of itself, as far as it can be told: a key's name may hold a colon, too. */
    private static String[] labelOf(Bytes stored) {
        String[] parts = stored.first(Math.min(stored.size(), 512)).utf8().split(":", 6);
        String provider = parts.length > 3 ? parts[2] + (parts[2].equals("kms") ? " " + parts[3] : "") : "?";
        return new String[] {printable(provider), parts.length > 5 ? printable(parts[4]) : "?"};
    }

    private static String printable(String text) {
        return Bytes.utf8(text).printable();
    }

    private static String label(Kms kms) {
        return "k8s:enc:kms:" + kms.apiVersion() + ":" + kms.name() + ":";
    }

    private List<Provider> providersOf(Bytes key) {
        Optional<RegistryKey> parsed = RegistryKey.parse(key, registryPrefix);
        return parsed.isEmpty()
                ? List.of(Identity.IDENTITY)
                : providers.computeIfAbsent(parsed.get().resource(), config::providersFor);
    }

    private static Bytes home(Bytes key) {
        return Quarantine.originalKey(key).orElse(key);
    }

    private static boolean isObject(Bytes plaintext) {
        return plaintext.startsWith(PROTOBUF) || plaintext.startsWith(CBOR) || isJsonObject(plaintext);
    }

    /** All of it: one wrong key in 65,536 makes a first brace, and padding that passes. */
    private static boolean isJsonObject(Bytes plaintext) {
        try (JsonParser parser = JSON.createParser(plaintext.unsafeArray())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            parser.skipChildren();
            return parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
