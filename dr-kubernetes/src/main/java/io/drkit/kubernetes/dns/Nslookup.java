package io.drkit.kubernetes.dns;

import io.drkit.dns.DnsAnswer;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code nslookup} prints, of busybox (networking/nslookup.c) and of BIND's utilities (bin/dig/nslookup.c), as an answer. Neither prints times to
 * live. Their exit codes differ, so that only the text counts where there is one.
 */
final class Nslookup {

    private static final Pattern ADDRESS =
            Pattern.compile("(?:Address(?: [0-9]+)?:\\s*|.*\\shas AAAA address\\s+)(\\S+)(?:\\s.*)?");
    private static final Pattern ALIAS = Pattern.compile("(\\S+)\\s+canonical name = (\\S+?)\\.?");
    private static final Pattern SERVER_SAYS = Pattern.compile(".*server can't find \\S+ ([A-Z]+)\\s*");
    /** The exit code of what a signal ended, and its number. */
    private static final int KILLED = 128;

    private static final int PRINTED_AT_MOST = 120;

    private Nslookup() {}

    /**
     * The command. The type is named, for without it old ones ask for A only; the final dot keeps the pod's search domains out.
     */
    static String[] command(DnsName name, RecordType type) {
        return new String[] {"nslookup", "-type=" + type.name().toLowerCase(Locale.ROOT), name + "."};
    }

    /**
     * @param printed standard output and standard error
     * @param exit its exit code; negative when there was none
     * @param timeout of the whole, for the message
     */
    static DnsAnswer read(String printed, DnsName name, RecordType type, int exit, Duration timeout) {
        if (exit < 0 || exit >= KILLED) {
            // Half of 198.51.100.12 may be 198.51.100.1.
            return new DnsAnswer.None("its nslookup ended in the midst", true);
        }
        List<String> values = new ArrayList<>();
        boolean answered = false;
        boolean none = false;
        boolean silent = false;
        String error = "";
        for (String raw : printed.split("\\R", -1)) {
            String line = raw.strip();
            Matcher server = SERVER_SAYS.matcher(line);
            Matcher alias = ALIAS.matcher(line);
            Matcher address = ADDRESS.matcher(line);
            if (server.matches()) {
                none |= server.group(1).equals("NXDOMAIN");
                error = server.group(1);
            } else if (line.contains("No answer") || line.contains("No records")) {
                none = true;
            } else if (line.contains("timed out") || line.contains("no servers could be reached")) {
                // BIND's asks again, and may get its answer then.
                silent = true;
            } else if (line.contains("onnection refused")) {
                error = "its name server takes no question (connection refused)";
            } else if (line.contains("can't resolve '-type")
                    || line.contains("invalid option")
                    || line.contains("Usage:")) {
                return new DnsAnswer.None(
                        "its nslookup does not know -type: take an image with a newer busybox or with BIND's", true);
            } else if (line.startsWith("Name:") || line.contains("answer:")) {
                // What stands before is the name server that was asked, and its address.
                answered = true;
            } else if (alias.matches()) {
                answered = true;
                if (type == RecordType.CNAME && Nslookup.isSame(alias.group(1), name)) {
                    values.add(alias.group(2).toLowerCase(Locale.ROOT));
                }
            } else if (address.matches()
                    && (answered || line.contains("has AAAA address"))
                    && type != RecordType.CNAME) {
                add(values, type, address.group(1));
            }
        }
        if (values.isEmpty() && !none && !answered && silent) {
            return new DnsAnswer.None("its name server does not answer", true);
        }
        if (values.isEmpty() && !none && (!error.isEmpty() || exit != 0 || !answered)) {
            return new DnsAnswer.None(error.isEmpty() ? unclear(printed, exit, timeout) : error, false);
        }
        return new DnsAnswer.Values(values, Optional.empty(), Optional.empty());
    }

    private static boolean isSame(String printed, DnsName name) {
        return printed.equalsIgnoreCase(name.ascii()) || printed.equalsIgnoreCase(name + ".");
    }

    private static void add(List<String> values, RecordType type, String address) {
        if ((address.indexOf(':') >= 0) == (type == RecordType.AAAA)) {
            try {
                values.addAll(DnsRecordSet.of(new DnsName("name"), type, Duration.ZERO, address)
                        .values());
            } catch (IllegalArgumentException e) {
                // A line of a server's, 10.96.0.10#53, that stands where none is expected.
            }
        }
    }

    private static String unclear(String printed, int exit, Duration timeout) {
        String line = printed.replaceAll("\\s+", " ").strip();
        return "its nslookup ended with " + exit + " within " + timeout.toSeconds() + " s and said: "
                + (line.length() <= PRINTED_AT_MOST ? line : line.substring(0, PRINTED_AT_MOST) + "...");
    }
}
