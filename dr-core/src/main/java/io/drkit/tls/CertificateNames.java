package io.drkit.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** For which names and addresses a certificate is. */
public final class CertificateNames {

    /** Of a subject alternative name (RFC 5280, section 4.2.1.6). */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    private CertificateNames() {}

    /** The DNS names, in lower case. The common name does not count any more (RFC 9525, section 2). */
    public static List<String> dns(X509Certificate certificate) {
        return of(certificate, DNS_NAME);
    }

    /** The addresses. */
    public static List<String> addresses(X509Certificate certificate) {
        return of(certificate, IP_ADDRESS);
    }

    /**
     * Whether a name of a certificate covers a host: a wildcard stands for exactly one label, the first (RFC 9525, section 6.3).
     *
     * @param pattern as {@link #dns} and {@link #addresses} give it
     * @param host a name in any case, or an address in any spelling
     */
    public static boolean covers(String pattern, String host) {
        String wanted = spelled(host);
        int dot = wanted.indexOf('.');
        return spelled(pattern).equals(wanted)
                || (pattern.startsWith("*.") && dot > 0 && pattern.substring(1).equals(wanted.substring(dot)));
    }

    /** Names in lower case without the root's dot; an address of IPv6 as Java writes it, which is how certificates' are read. */
    private static String spelled(String host) {
        String plain = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|]$|\\.$", "");
        try {
            // With a colon it is an address, and nobody is asked for it.
            return plain.indexOf(':') < 0 ? plain : InetAddress.getByName(plain).getHostAddress();
        } catch (UnknownHostException e) {
            return plain;
        }
    }

    private static List<String> of(X509Certificate certificate, int type) {
        try {
            List<String> names = new ArrayList<>();
            if (certificate.getSubjectAlternativeNames() != null) {
                for (List<?> entry : certificate.getSubjectAlternativeNames()) {
                    if (Integer.valueOf(type).equals(entry.get(0)) && entry.get(1) instanceof String name) {
                        names.add(name.toLowerCase(Locale.ROOT));
                    }
                }
            }
            return names;
        } catch (CertificateException e) {
            return List.of();
        }
    }
}
