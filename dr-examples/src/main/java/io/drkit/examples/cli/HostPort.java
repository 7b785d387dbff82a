package io.drkit.examples.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server as people write it: {@code HOST}, {@code HOST:PORT}, an IPv6 address, or that in brackets with a port. */
record HostPort(String host, int port) {

    private static final Pattern FORM =
            Pattern.compile("\\[(?<v6>[^]]+)](:(?<p6>\\d{1,5}))?|(?<host>[^:\\[\\]]+)(:(?<p>\\d{1,5}))?");

    static HostPort of(String text, int defaultPort) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            if (text.indexOf(':') != text.lastIndexOf(':') && text.indexOf('[') < 0) {
                return new HostPort(text, defaultPort);
            }
            throw new IllegalArgumentException("'" + text + "' is not HOST, HOST:PORT or [IPV6]:PORT.");
        }
        String host = matcher.group("v6") == null ? matcher.group("host") : matcher.group("v6");
        String port = matcher.group("p6") == null ? matcher.group("p") : matcher.group("p6");
        return new HostPort(host, port == null ? defaultPort : Integer.parseInt(port));
    }
}
