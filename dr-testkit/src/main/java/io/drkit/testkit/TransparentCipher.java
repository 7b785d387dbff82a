package io.drkit.testkit;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.ValueCipher;
import io.drkit.keystore.Bytes;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A cipher that hides nothing and confuses nothing: a value names the secret it is under, and opens with no other. For tests of what is done around
 * ciphers, in modules that have none.
 */
public final class TransparentCipher implements ValueCipher {

    @Override
    public Bytes seal(Algorithm algorithm, Bytes secret, Bytes plaintext, Bytes etcdKey) {
        return mark(algorithm, secret).concat(plaintext);
    }

    @Override
    public Optional<Bytes> open(Algorithm algorithm, Bytes secret, Bytes sealed, Bytes etcdKey) {
        Bytes mark = mark(algorithm, secret);
        return sealed.startsWith(mark) ? Optional.of(sealed.dropFirst(mark.size())) : Optional.empty();
    }

    private static Bytes mark(Algorithm algorithm, Bytes secret) {
        return Bytes.utf8(algorithm + " " + HexFormat.of().formatHex(secret.unsafeArray()) + " ");
    }
}
