package io.drkit.etcd.certificate;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.PemFiles;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * A client certificate whose key is made here and stays here, signed on the node by a key that stays there. Between the two travel only a
 * request and a certificate, by standard input and output: no file is written on the node, not even for a moment.
 */
final class Signing {

    private static final int NO_KEY = 44;
    private static final int NOT_READABLE = 45;
    private static final int NO_OPENSSL = 46;
    private static final int NO_FILE = 47;

    /**
     * A pipe, not a here-document, for that is a file in some shells. With a serial number given, openssl keeps no file of serial numbers; with a passphrase given,
     * it asks for none.
     */
    private static final String SCRIPT = """
            LC_ALL=C PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
            export LC_ALL PATH
            said=$(stat -L -- "$2" 2>&1) || case $said in
              *': No such file or directory') exit 44 ;;
              *) printf '%s\\n' "$said" >&2; exit 45 ;;
            esac
            [ -f "$2" ] || exit 47
            [ -r "$1" ] && [ -r "$2" ] || { echo 'Permission denied' >&2; exit 45; }
            command -v openssl >/dev/null 2>&1 || exit 46
            exec 3<&0
            printf '%s\\n' 'basicConstraints = critical, CA:FALSE' 'keyUsage = critical, digitalSignature' \\
              'extendedKeyUsage = clientAuth' |
              openssl x509 -req -sha256 -CA "$1" -CAkey "$2" -passin pass: -set_serial "0x$3" -days "$4" \\
                -extfile /dev/fd/4 4<&0 0<&3 3<&-
            """;

    private static final int SERIAL_BITS = 127;
    private static final int OUTPUT_LIMIT = 64 << 10;

    private final NodeAccess node;
    private final CertificateOptions options;

    Signing(NodeAccess node, CertificateOptions options) {
        this.node = node;
        this.options = options;
    }

    /** The subject of a certificate with this common name. */
    static X500Principal subject(String commonName) {
        try {
            return new X500Principal(name(commonName).getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    KeyedCertificate make() {
        KeyPair pair = keyPair();
        CommandResult result = sign(request(pair));
        String key = options.authorityKey() + " on " + node.name();
        switch (result.exitCode()) {
            case 0 -> {}
            case NO_KEY ->
                throw new IllegalArgumentException("There is no key of the etcd CA at " + key
                        + ". If etcd runs elsewhere, take a node of etcd's; if the key lies elsewhere, name it (--ca-key);"
                        + " or fetch a certificate that exists (--existing).");
            case NO_FILE -> throw new IllegalArgumentException("The key of the etcd CA at " + key + " is no file.");
            case NOT_READABLE ->
                throw new SiteUnreachableException("The key of the etcd CA at " + key + " cannot be used ("
                        + complaint(result) + "). Put that right, or connect as a user who may.");
            case NO_OPENSSL ->
                throw new SiteUnreachableException("There is no openssl on " + node.name()
                        + ", by which the etcd CA's key could sign. Install it, take another node, or fetch a certificate that"
                        + " exists (--existing).");
            default ->
                throw new UnsafeToProceedException("openssl on " + node.name() + " did not sign with "
                        + options.authorityKey() + ": " + complaint(result) + ".");
        }
        return new KeyedCertificate(
                PemFiles.certificates(
                        "that openssl on " + node.name() + " wrote",
                        result.out().unsafeArray()),
                pair.getPrivate());
    }

    private CommandResult sign(String request) {
        String serial = new BigInteger(SERIAL_BITS, new SecureRandom())
                .setBit(SERIAL_BITS)
                .toString(16);
        try {
            return node.run(NodeCommand.script(
                            SCRIPT,
                            options.authority(),
                            options.authorityKey(),
                            serial,
                            Integer.toString(options.days()))
                    .title("sign a client certificate")
                    .input(Bytes.utf8(request))
                    .deadline(options.deadline())
                    .outputLimit(OUTPUT_LIMIT)
                    .build());
        } catch (OutcomeUnknownException e) {
            // A certificate that nobody got, for a key that is forgotten, is worth nothing.
            throw new SiteUnreachableException("No certificate was made: " + e.getMessage(), e);
        }
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String request(KeyPair pair) {
        try {
            CertificationRequestInfo content = new CertificationRequestInfo(
                    name(options.subject().orElse(CertificateOptions.DEFAULT_SUBJECT)),
                    SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
                    new DERSet());
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(content.getEncoded(ASN1Encoding.DER));
            CertificationRequest request = new CertificationRequest(
                    content,
                    new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256),
                    new DERBitString(signature.sign()));
            return PemFiles.pem("CERTIFICATE REQUEST", request.getEncoded(ASN1Encoding.DER));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    /** The first line of what was said that is about a failure. */
    private static String complaint(CommandResult result) {
        List<String> chatter = List.of("Certificate request self-signature ok", "Signature ok", "subject", "Warning");
        Stream<String> lines = result.errText().lines().map(String::strip);
        return lines.filter(line -> !line.isEmpty() && chatter.stream().noneMatch(line::startsWith))
                .findFirst()
                .map(line -> line.replaceAll("\\p{Cntrl}", "?"))
                .orElse("exit code " + result.exitCode());
    }
}
