package io.drkit.testkit.dns;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Asks a name server what it tells its clients, by {@code dig}: independent of what is tested. */
public final class Dig {

    private Dig() {}

    /** The values of one record set, in canonical spelling and sorted; empty for none. Recursion is asked for. */
    public static List<String> ask(String address, int port, DnsName name, RecordType type) {
        List<String> values = new ArrayList<>();
        for (String line : run(address, port, name.ascii(), type.name(), "+noall", "+answer")
                .lines()
                .toList()) {
            String[] fields = line.split("\\s+", -1);
            if (fields.length == 5 && fields[3].equals(type.name())) {
                values.addAll(
                        DnsRecordSet.of(name, type, Duration.ZERO, fields[4]).values());
            }
        }
        return values.stream().sorted().toList();
    }

    /** The serial of a zone at a server. */
    public static long serial(String address, int port, DnsName zone) {
        String[] soa = run(address, port, zone.ascii(), "SOA", "+short").strip().split(" ", -1);
        return Long.parseLong(soa[2]);
    }

    /** Sends a NOTIFY as the primary at 127.0.0.1 would. */
    static void tell(String address, int port, DnsName zone) {
        run(address, port, zone.ascii(), "SOA", "+opcode=notify", "-b", "127.0.0.1");
    }

    /** Whether the server answers for a name without an error, whatever it says. */
    static boolean answers(String address, int port, String name, String type) {
        try {
            return run(address, port, name, type).toUpperCase(Locale.ROOT).contains("STATUS: NOERROR");
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static String run(String address, int port, String name, String type, String... options) {
        List<String> command = new ArrayList<>(
                List.of(Daemon.program("dig"), "@" + address, "-p", Integer.toString(port), "+time=2", "+tries=2"));
        command.addAll(List.of("+noidnin", "+noidnout"));
        Stream.of(options).forEach(command::add);
        command.addAll(List.of(name, type));
        return Tool.run(command, Map.of(), "");
    }
}
