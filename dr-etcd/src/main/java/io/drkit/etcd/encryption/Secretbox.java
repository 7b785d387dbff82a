package io.drkit.etcd.encryption;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * NaCl's {@code crypto_secretbox}: XSalsa20, whose first 32 bytes of key stream are the key of a Poly1305 tag that stands before the
 * ciphertext.
 */
final class Secretbox {

    static final int NONCE = 24;
    private static final int TAG = 16;
    private static final int TAG_KEY = 32;

    private Secretbox() {}

    /** The tag and the ciphertext; the nonce is the caller's to keep. */
    static byte[] seal(byte[] secret, byte[] nonce, byte[] plaintext) {
        XSalsa20Engine cipher = cipher(secret, nonce);
        byte[] tagKey = tagKey(cipher);
        byte[] box = new byte[TAG + plaintext.length];
        cipher.processBytes(plaintext, 0, plaintext.length, box, TAG);
        System.arraycopy(tag(tagKey, box, TAG, plaintext.length), 0, box, 0, TAG);
        return box;
    }

    /** Opens nonce, tag and ciphertext. Empty if the tag is wrong. */
    static Optional<byte[]> open(byte[] secret, byte[] stored) {
        int size = stored.length - NONCE - TAG;
        if (size < 0) {
            return Optional.empty();
        }
        XSalsa20Engine cipher = cipher(secret, Arrays.copyOf(stored, NONCE));
        byte[] expected = tag(tagKey(cipher), stored, NONCE + TAG, size);
        if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(stored, NONCE, NONCE + TAG))) {
            return Optional.empty();
        }
        byte[] plaintext = new byte[size];
        cipher.processBytes(stored, NONCE + TAG, size, plaintext, 0);
        return Optional.of(plaintext);
    }

    private static XSalsa20Engine cipher(byte[] secret, byte[] nonce) {
        XSalsa20Engine cipher = new XSalsa20Engine();
        cipher.init(true, new ParametersWithIV(new KeyParameter(secret), nonce));
        return cipher;
    }

    private static byte[] tagKey(XSalsa20Engine cipher) {
        byte[] key = new byte[TAG_KEY];
        cipher.processBytes(key, 0, TAG_KEY, key, 0);
        return key;
    }

    private static byte[] tag(byte[] key, byte[] ciphertext, int from, int size) {
        Poly1305 mac = new Poly1305();
        mac.init(new KeyParameter(key));
        mac.update(ciphertext, from, size);
        byte[] tag = new byte[TAG];
        mac.doFinal(tag, 0);
        return tag;
    }
}
