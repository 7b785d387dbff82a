package io.drkit.dns;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses in one spelling each, so that they can be compared as text. Nothing is looked up. */
final class IpAddress {

    private static final Pattern V4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern ZEROS = Pattern.compile("(?:^|:)0(?::0)+(?=:|$)");

    private IpAddress() {}

    /** Whether it is meant to be an IPv6 address; {@link #canonical} says whether it is one. */
    static boolean isV6(String text) {
        return text.indexOf(':') >= 0;
    }

    /** @throws IllegalArgumentException when it is not an address of the type's family */
    static String canonical(RecordType type, String text) {
        if ((type == RecordType.AAAA ? V6 : V4).matcher(text).matches()) {
            try {
                InetAddress address = InetAddress.getByName(text);
                if (type == RecordType.A && address instanceof Inet4Address) {
                    return address.getHostAddress();
                }
                if (type == RecordType.AAAA && address instanceof Inet6Address) {
                    return compressed(address.getAddress());
                }
            } catch (UnknownHostException e) {
                // Not a literal after all.
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not an " + (type == RecordType.AAAA ? "IPv6" : "IPv4") + " address.");
    }

    /** RFC 5952: lower case, no leading zeros, the longest run of zero groups, the first of equals, as {@code ::}. */
    private static String compressed(byte[] address) {
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < address.length; i += 2) {
            groups.add(Integer.toHexString(((address[i] & 0xff) << 8) | (address[i + 1] & 0xff)));
        }
        String full = String.join(":", groups);
        String longest = "";
        int at = 0;
        Matcher runs = ZEROS.matcher(full);
        while (runs.find()) {
            if (runs.group().replace(":", "").length()
                    > longest.replace(":", "").length()) {
                longest = runs.group();
                at = runs.start();
            }
        }
        return longest.isEmpty()
                ? full
                : full.substring(0, at)
                        + (at + longest.length() == full.length() ? "::" : ":")
                        + full.substring(at + longest.length());
    }
}
