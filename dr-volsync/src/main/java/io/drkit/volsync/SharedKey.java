package io.drkit.volsync;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.UnsafeToProceedException;
import io.drkit.volume.Claim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The key by which the two movers know each other: a Secret of the same content on both sides. What it holds is shown nowhere. */
final class SharedKey {

    private static final String FIELD = "psk.txt";

    /** What stunnel takes: an identity, and at least 16 bytes in hexadecimal. */
    private static final Pattern FORM = Pattern.compile("[^:\\s]+:(?:[0-9a-fA-F]{2}){16,}\\s*");

    private static final int BYTES = 48;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Claim claim;
    private final String name;
    private final String namespace;

    SharedKey(Claim claim, String name) {
        this.claim = claim;
        this.name = name;
        this.namespace = claim.namespace();
    }

    String name() {
        return name;
    }

    /** Whether the destination's would be changed, which a mover that listens already does not notice. */
    boolean differs(Side source, Side destination) {
        String sent = content(source);
        String expected = content(destination);
        return sent != null && expected != null && !sent.equals(expected);
    }

    /** @throws UnsafeToProceedException when both are there, differ, and the destination's is not ours to change */
    void requireShareable(Side source, Side destination) {
        if (differs(source, destination)) {
            requireOurs(destination.api().get(Secret.class, namespace, name));
        }
    }

    private void requireOurs(@Nullable Secret secret) {
        if (secret != null && !Names.isOurs(secret, claim)) {
            throw new UnsafeToProceedException("Secret " + name + " in namespace " + namespace
                    + " is not the same on both sites, and DrKit did not make it for the " + claim + ": put the same "
                    + FIELD + " on both.");
        }
    }

    /** Makes both the same: the source's, if it is there, for an old source's is the one that is not to be trusted any more. */
    void share(Side source, Side destination) {
        String sent = content(source);
        String expected = content(destination);
        if (sent == null && expected == null) {
            sent = generated();
            put(source, sent);
            put(destination, sent);
        } else if (sent == null) {
            put(source, expected);
        } else if (!sent.equals(expected)) {
            put(destination, sent);
        }
    }

    /** One for movers of the same site. */
    void ensure(Side side) {
        if (content(side) == null) {
            put(side, generated());
        }
    }

    void remove(Side side) {
        side.removeIfOurs(Secret.class, claim, name);
    }

    private @Nullable String content(Side side) {
        Secret secret = side.api().get(Secret.class, namespace, name);
        if (secret == null) {
            return null;
        }
        String encoded = secret.getData() == null ? null : secret.getData().get(FIELD);
        String content = encoded == null ? "" : new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        if (!FORM.matcher(content).matches()) {
            throw new UnsafeToProceedException("Secret " + name + " in namespace " + namespace + " at " + side.name()
                    + " has no " + FIELD + " of the form ID:KEY, with a KEY of 32 hexadecimal digits or more.");
        }
        return content.strip();
    }

    private void put(Side side, @Nullable String content) {
        String data = Base64.getEncoder().encodeToString(String.valueOf(content).getBytes(StandardCharsets.UTF_8));
        Secret found = side.api().get(Secret.class, namespace, name);
        boolean written;
        if (found == null) {
            written = side.api()
                    .create(new SecretBuilder()
                            .withMetadata(Names.meta(claim, name))
                            .withType("Opaque")
                            .withData(Map.of(FIELD, data))
                            .build());
        } else {
            requireOurs(found);
            ObjectNode patch = JsonNodeFactory.instance.objectNode();
            patch.putObject("data").put(FIELD, data);
            written = side.api().patch(found, patch);
        }
        if (!written) {
            throw new UnsafeToProceedException("Secret " + name + " in namespace " + namespace + " at " + side.name()
                    + " was written by somebody else just now: run it again.");
        }
    }

    private static String generated() {
        byte[] key = new byte[BYTES];
        RANDOM.nextBytes(key);
        return "drkit:" + HexFormat.of().formatHex(key);
    }

    /** Its name alone. */
    @Override
    public String toString() {
        return "Secret " + name;
    }
}
