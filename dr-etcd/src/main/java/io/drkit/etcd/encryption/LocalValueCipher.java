package io.drkit.etcd.encryption;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.ValueCipher;
import io.drkit.keystore.Bytes;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES by the JDK and secretbox by {@link Secretbox}. Thread-safe; one serves any number of keys. */
public final class LocalValueCipher implements ValueCipher {

    private static final int BLOCK = 16;
    private static final int GCM_NONCE = 12;
    private static final int GCM_TAG = 16;

    private final SecureRandom random = new SecureRandom();

    @Override
    public Bytes seal(Algorithm algorithm, Bytes secret, Bytes plaintext, Bytes etcdKey) {
        return Bytes.wrap(
                switch (algorithm) {
                    case AESCBC -> sealCbc(secret, plaintext.unsafeArray());
                    case AESGCM -> sealGcm(secret, plaintext.unsafeArray(), etcdKey);
                    case SECRETBOX -> {
                        byte[] nonce = nonce(Secretbox.NONCE);
                        yield joined(nonce, Secretbox.seal(secret.unsafeArray(), nonce, plaintext.unsafeArray()));
                    }
                });
    }

    @Override
    public Optional<Bytes> open(Algorithm algorithm, Bytes secret, Bytes sealed, Bytes etcdKey) {
        byte[] stored = sealed.unsafeArray();
        return (switch (algorithm) {
                    case AESCBC -> openCbc(secret, stored);
                    case AESGCM -> openGcm(secret, stored, etcdKey);
                    case SECRETBOX -> Secretbox.open(secret.unsafeArray(), stored);
                })
                .map(Bytes::wrap);
    }

    private byte[] sealCbc(Bytes secret, byte[] plaintext) {
        int padding = BLOCK - plaintext.length % BLOCK;
        byte[] padded = Arrays.copyOf(plaintext, plaintext.length + padding);
        Arrays.fill(padded, plaintext.length, padded.length, (byte) padding);
        byte[] iv = nonce(BLOCK);
        return joined(iv, cbc(Cipher.ENCRYPT_MODE, secret, iv, padded, 0));
    }

    private static Optional<byte[]> openCbc(Bytes secret, byte[] stored) {
        if (stored.length < 2 * BLOCK || stored.length % BLOCK != 0) {
            return Optional.empty();
        }
        return unpadded(cbc(Cipher.DECRYPT_MODE, secret, Arrays.copyOf(stored, BLOCK), stored, BLOCK));
    }

    /** kube-apiserver's own check, which takes longer padding than a block, unlike the JDK's. */
    private static Optional<byte[]> unpadded(byte[] padded) {
        int padding = padded[padded.length - 1] & 0xff;
        if (padding == 0 || padding > padded.length) {
            return Optional.empty();
        }
        for (int i = padded.length - padding; i < padded.length; i++) {
            if ((padded[i] & 0xff) != padding) {
                return Optional.empty();
            }
        }
        return Optional.of(Arrays.copyOf(padded, padded.length - padding));
    }

    private static byte[] cbc(int mode, Bytes secret, byte[] iv, byte[] input, int from) {
        try {
            return aes("AES/CBC/NoPadding", mode, secret, new IvParameterSpec(iv))
                    .doFinal(input, from, input.length - from);
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    private byte[] sealGcm(Bytes secret, byte[] plaintext, Bytes etcdKey) {
        byte[] nonce = nonce(GCM_NONCE);
        try {
            return joined(
                    nonce, gcm(Cipher.ENCRYPT_MODE, secret, nonce, etcdKey).doFinal(plaintext));
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    private static Optional<byte[]> openGcm(Bytes secret, byte[] stored, Bytes etcdKey) {
        if (stored.length < GCM_NONCE + GCM_TAG) {
            return Optional.empty();
        }
        try {
            return Optional.of(gcm(Cipher.DECRYPT_MODE, secret, Arrays.copyOf(stored, GCM_NONCE), etcdKey)
                    .doFinal(stored, GCM_NONCE, stored.length - GCM_NONCE));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw failed(e);
        }
    }

    private static Cipher gcm(int mode, Bytes secret, byte[] nonce, Bytes etcdKey) throws GeneralSecurityException {
        Cipher cipher = aes("AES/GCM/NoPadding", mode, secret, new GCMParameterSpec(8 * GCM_TAG, nonce));
        cipher.updateAAD(etcdKey.unsafeArray());
        return cipher;
    }

    private static Cipher aes(String transformation, int mode, Bytes secret, AlgorithmParameterSpec parameters)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(mode, new SecretKeySpec(secret.unsafeArray(), "AES"), parameters);
        return cipher;
    }

    private byte[] nonce(int size) {
        byte[] nonce = new byte[size];
        random.nextBytes(nonce);
        return nonce;
    }

    private static byte[] joined(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }

    private static IllegalStateException failed(GeneralSecurityException failure) {
        return new IllegalStateException("This Java runtime does not provide AES as needed: "
                + failure.getClass().getSimpleName());
    }
}
