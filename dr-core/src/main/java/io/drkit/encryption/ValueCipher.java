package io.drkit.encryption;

import io.drkit.keystore.Bytes;
import java.util.Optional;

/**
 * The cryptography of the local providers, byte for byte as kube-apiserver does it: what stands in a stored value after
 * {@code k8s:enc:PROVIDER:v1:NAME:}. dr-etcd has one; one of your own (on a certified module, say) proves itself by extending
 * {@code ValueCipherContract} of dr-testkit. Thread-safe.
 *
 * <p>Its messages and its {@code toString} bear neither secrets nor plaintext.
 */
public interface ValueCipher {

    /**
     * Encrypts, with a fresh nonce.
     *
     * @param etcdKey the whole key that the value is stored under
     */
    Bytes seal(Algorithm algorithm, Bytes secret, Bytes plaintext, Bytes etcdKey);

    /**
     * Decrypts. Empty when kube-apiserver would not take the result for this secret's: the padding or the tag is wrong, or the value too short.
     * AES-CBC knows only its padding, which passes under a wrong secret about once in 256; as kube-apiserver does, padding of up to 255 bytes is
     * taken.
     */
    Optional<Bytes> open(Algorithm algorithm, Bytes secret, Bytes sealed, Bytes etcdKey);
}
