package io.drkit.etcd;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys as etcd's hosts have them. The JDK takes keys as PKCS#8 only, and kubeadm writes PKCS#1: such a key is put into
 * the PKCS#8 wrapping here. Nothing of a key's content is ever part of a message.
 */
public final class PemFiles {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int CURVE = 0xa0;

    private PemFiles() {}

    /** @throws IllegalArgumentException in one sentence, when the file cannot be read or holds no certificates */
    public static List<X509Certificate> certificates(Path file) {
        return certificates(file.toString(), content(file));
    }

    /** As {@link #certificates(Path)}, of a file elsewhere; {@code file} is how messages call it. */
    public static List<X509Certificate> certificates(String file, byte[] content) {
        try {
            List<X509Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(content))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (CertificateException e) {
            // The sentence below tells.
        }
        throw new IllegalArgumentException("The file " + file + " does not hold PEM certificates.");
    }

    /** @throws IllegalArgumentException in one sentence, when the file cannot be read or holds no key, or an encrypted one */
    public static PrivateKey key(Path file) {
        return key(file.toString(), content(file));
    }

    /** As {@link #key(Path)}, of a file elsewhere; {@code file} is how messages call it. */
    public static PrivateKey key(String file, byte[] content) {
        try {
            Matcher pem = KEY.matcher(new String(content, StandardCharsets.ISO_8859_1));
            if (pem.find()) {
                byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
                byte[] wrapped = switch (pem.group(1)) {
                    case "RSA PRIVATE KEY" -> pkcs8(RSA, der);
                    case "EC PRIVATE KEY" -> pkcs8(der(SEQUENCE, EC, curve(der)), der);
                    default -> der;
                };
                return parse(wrapped);
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            // The sentence below tells; the cause could hold parts of the key.
        }
        throw new IllegalArgumentException("The file " + file + " does not hold an unencrypted PEM private key.");
    }

    /** Whether what the key signs is what the certificate vouches for. */
    public static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> "Ed25519";
                    });
            signature.initSign(key);
            signature.update(RSA);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(RSA);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A key of another kind, or of another length.
            return false;
        }
    }

    /** One PEM block. */
    public static String pem(String label, byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    /** What cannot be read is empty, and then holds nothing that is looked for. */
    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static PrivateKey parse(byte[] pkcs8) throws GeneralSecurityException {
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // A key of another algorithm.
            }
        }
        throw new InvalidKeySpecException("no known algorithm");
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key));
    }

    /** The curve's identifier, from ECPrivateKey ::= SEQUENCE { INTEGER 1, OCTET STRING, [0] curve, ... } (RFC 5915). */
    private static byte[] curve(byte[] sec1) {
        int at = contentOf(sec1, 0);
        at += 3; // INTEGER 1
        at = contentOf(sec1, at) + lengthOf(sec1, at);
        if ((sec1[at] & 0xff) != CURVE) {
            throw new IllegalArgumentException("no curve");
        }
        byte[] curve = new byte[lengthOf(sec1, at)];
        System.arraycopy(sec1, contentOf(sec1, at), curve, 0, curve.length);
        return curve;
    }

    private static int contentOf(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int lengthOf(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = at + 2; i < contentOf(der, at); i++) {
            length = (length << 8) | (der[i] & 0xff);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.size() < 0x80) {
            out.write(content.size());
        } else if (content.size() < 0x100) {
            out.write(0x81);
            out.write(content.size());
        } else {
            out.write(0x82);
            out.write(content.size() >> 8);
            out.write(content.size());
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
