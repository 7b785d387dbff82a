package io.drkit.dns.rfc2136;

import java.util.Set;
import org.xbill.DNS.Rcode;

/** What a server says when it does not do an update (RFC 2136, section 2.2), in words. */
final class Refusals {

    private static final Set<Integer> CONDITIONS = Set.of(Rcode.YXDOMAIN, Rcode.YXRRSET, Rcode.NXRRSET, Rcode.NXDOMAIN);

    private Refusals() {}

    /** Whether a condition of the update does not hold. */
    static boolean isCondition(int code) {
        return CONDITIONS.contains(code);
    }

    static String sentence(String where, int code) {
        String why = switch (code) {
            case Rcode.REFUSED ->
                "refused the update: let the key update the zone (allow-update or update-policy in BIND)";
            case Rcode.NOTAUTH, Rcode.NOTIMP ->
                "does not take updates of this zone: name the zone's primary as the server";
            case Rcode.NOTZONE -> "says that a name is not in the zone";
            case Rcode.SERVFAIL -> "failed at the update: look at its log, and whether it can write its files";
            default -> "answered " + Rcode.string(code) + ": look at its log";
        };
        return "The name server " + where + " " + why + ". Nothing was changed.";
    }
}
