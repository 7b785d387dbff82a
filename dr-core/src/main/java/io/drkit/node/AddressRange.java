package io.drkit.node;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One IP address, or those that share a prefix: {@code 10.0.0.1}, {@code 10.0.0.0/24}, {@code 2001:db8::/64}.
 *
 * @param network the first of them; no bit after the prefix is set
 * @param prefix how many bits they share; all of them for a single address, at least 1
 */
public record AddressRange(InetAddress network, int prefix) {

    private static final Pattern FORM = Pattern.compile("([0-9a-fA-F:.]{2,45})(?:/(0|[1-9][0-9]{0,2}))?");
    private static final Pattern V4 = Pattern.compile("(?:0|[1-9][0-9]{0,2})(?:\\.(?:0|[1-9][0-9]{0,2})){3}");

    /** @throws IllegalArgumentException in one sentence, when the prefix does not fit the address */
    public AddressRange {
        byte[] bytes = network.getAddress();
        try {
            // Without a name and without a zone, which would appear in rules.
            network = InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
        String text = network.getHostAddress() + "/" + prefix;
        if (prefix < 1 || prefix > bytes.length * 8) {
            throw new IllegalArgumentException(
                    text + " is no range: the prefix must lie between 1 and " + bytes.length * 8 + ".");
        }
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            if ((bytes[bit / 8] & (0x80 >> (bit % 8))) != 0) {
                throw new IllegalArgumentException(
                        text + " is no range: the address has bits set after its prefix. Meant as one address?");
            }
        }
    }

    /** One address. */
    public static AddressRange of(InetAddress address) {
        return new AddressRange(address, address.getAddress().length * 8);
    }

    /**
     * Reads an address or a range. No name is looked up, and nothing passes but digits, dots, colons and a slash.
     *
     * @throws IllegalArgumentException in one sentence, when it is neither
     */
    public static AddressRange parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw malformed(text);
        }
        String address = form.group(1);
        boolean v6 = address.indexOf(':') >= 0;
        // With a colon Java takes it for a literal or throws; without one it must not come to take it for a name.
        if (!v6 && !V4.matcher(address).matches()) {
            throw malformed(text);
        }
        try {
            InetAddress parsed = InetAddress.getByName(address);
            if (v6 && parsed instanceof Inet4Address) {
                throw new IllegalArgumentException(
                        text + " is an IPv4 address in IPv6: write " + parsed.getHostAddress() + ".");
            }
            return form.group(2) == null ? of(parsed) : new AddressRange(parsed, Integer.parseInt(form.group(2)));
        } catch (UnknownHostException e) {
            throw malformed(text);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("\"" + text.replaceAll("\\p{Cntrl}", "?")
                + "\" is neither an IP address nor a range such as 10.0.0.0/24; names are not looked up.");
    }

    public boolean isV6() {
        return !(network instanceof Inet4Address);
    }

    /** In one spelling each; a single address without its prefix. */
    @Override
    public String toString() {
        String address = network.getHostAddress();
        String short6 = isV6() ? address.replaceFirst("(^|:)0(:0)+(:|$)", "::") : address;
        return prefix == network.getAddress().length * 8 ? short6 : short6 + "/" + prefix;
    }
}
