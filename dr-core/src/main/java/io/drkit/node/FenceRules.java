package io.drkit.node;

import io.drkit.node.PortState.Closed;
import io.drkit.node.PortState.Open;
import io.drkit.node.PortState.Unclear;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules of a {@link PortFence}, written and read. What is read is a fence only if writing it anew gives the same, rule by rule: so no
 * rule that another added, moved or took away goes unseen.
 */
final class FenceRules {

    /** Someone's table or chain that bears our name is not as we write it. */
    private static final class Altered extends Exception {
        private static final long serialVersionUID = 1;

        Altered(String message) {
            super(message);
        }
    }

    private static final Pattern NFT_ALLOWED = Pattern.compile("(ip6? [sd]addr )(\\S+)( accept)");
    private static final Pattern XT_ALLOWED = Pattern.compile("(-A \\S+ -[sd] )(\\S+)( -j RETURN)");

    private final int port;
    private final String chain;

    FenceRules(int port) {
        this.port = port;
        this.chain = "DRKIT-" + port;
    }

    /** One transaction that puts the table in place of the one that may be there; the first line lets the second one find it. */
    String nft(Collection<AddressRange> allowed) {
        String table = "table inet drkit_" + port;
        return table + "\ndelete " + table + "\n" + String.join("\n", table(allowed)) + "\n";
    }

    private List<String> table(Collection<AddressRange> allowed) {
        List<String> lines = new ArrayList<>();
        lines.add("table inet drkit_" + port + " {");
        lines.add("chain input {");
        lines.add("type filter hook input priority -150; policy accept;");
        lines.add("iif \"lo\" accept");
        allowed.forEach(range -> lines.add((range.isV6() ? "ip6" : "ip") + " saddr " + range + " accept"));
        lines.add("tcp dport " + port + " reject with tcp reset");
        lines.add("}");
        lines.add("chain output {");
        lines.add("type filter hook output priority -150; policy accept;");
        lines.add("oif \"lo\" accept");
        // The other chain's resets.
        lines.add("tcp flags rst accept");
        allowed.forEach(range -> lines.add((range.isV6() ? "ip6" : "ip") + " daddr " + range + " accept"));
        lines.add("tcp sport " + port + " reject with tcp reset");
        lines.add("}");
        lines.add("}");
        return lines;
    }

    /** For iptables-restore or ip6tables-restore, when the two chains are there, empty, and nothing leads to them. */
    String iptables(Collection<AddressRange> allowed, boolean v6) {
        List<String> rules =
                chains(allowed.stream().filter(range -> range.isV6() == v6).toList());
        rules.add(jump("-I INPUT 1", "dport", chain));
        rules.add(jump("-I OUTPUT 1", "sport", chain + "-OUT"));
        return String.join("\n", rules);
    }

    private List<String> chains(Collection<AddressRange> allowed) {
        String out = chain + "-OUT";
        List<String> rules = new ArrayList<>();
        rules.add("-A " + chain + " -i lo -j RETURN");
        allowed.forEach(range -> rules.add("-A " + chain + " -s " + range + " -j RETURN"));
        rules.add("-A " + chain + " -p tcp -j REJECT --reject-with tcp-reset");
        rules.add("-A " + out + " -o lo -j RETURN");
        rules.add("-A " + out + " -p tcp -m tcp --tcp-flags RST RST -j RETURN");
        allowed.forEach(range -> rules.add("-A " + out + " -d " + range + " -j RETURN"));
        rules.add("-A " + out + " -p tcp -j REJECT --reject-with tcp-reset");
        return rules;
    }

    private String jump(String where, String side, String to) {
        return where + " -p tcp -m tcp --" + side + " " + port + " -j " + to;
    }

    /** Reads what the script of {@link PortFence} tells: a section a tool, each begun by its name after an {@code @}. */
    Optional<PortState> read(String told) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> section = new ArrayList<>();
        for (String line : told.lines().map(String::strip).toList()) {
            if (line.startsWith("@")) {
                section = new ArrayList<>();
                sections.put(line.substring(1), section);
            } else if (!line.isEmpty()) {
                section.add(line);
            }
        }
        if (sections.remove("end") == null || sections.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(state(sections));
        } catch (Altered e) {
            return Optional.of(new Unclear(String.valueOf(e.getMessage())));
        }
    }

    private PortState state(Map<String, List<String>> sections) throws Altered {
        Map<String, Set<AddressRange>> closed = new LinkedHashMap<>();
        List<String> open = new ArrayList<>();
        for (Map.Entry<String, List<String>> section : sections.entrySet()) {
            boolean nft = section.getKey().equals("nft");
            Optional<Set<AddressRange>> allowed = nft ? inTable(section.getValue()) : inChains(section);
            if (allowed.isPresent()) {
                closed.put(section.getKey(), allowed.get());
            } else if (!nft) {
                open.add(section.getKey());
            }
        }
        if (closed.isEmpty()) {
            return new Open();
        }
        Set<AddressRange> all = new HashSet<>();
        closed.values().forEach(all::addAll);
        if (closed.containsKey("nft")) {
            if (closed.size() > 1) {
                throw new Altered("it is closed by " + String.join(" and by ", closed.keySet()));
            }
        } else if (!open.isEmpty()) {
            throw new Altered("it is closed by " + closed.keySet() + ", and open by " + open);
        }
        return new Closed(all);
    }

    private Optional<Set<AddressRange>> inTable(List<String> listed) throws Altered {
        if (listed.isEmpty()) {
            return Optional.empty();
        }
        Set<AddressRange> allowed = new LinkedHashSet<>();
        List<String> lines = new ArrayList<>();
        for (String line : listed) {
            // Names or numbers, by version and options of nft.
            lines.add(canonical(line, NFT_ALLOWED, allowed)
                    .replace("priority mangle;", "priority -150;")
                    .replace("tcp flags 0x4 accept", "tcp flags rst accept"));
        }
        requireSame(table(allowed), lines, "the table inet drkit_" + port);
        return Optional.of(allowed);
    }

    private Optional<Set<AddressRange>> inChains(Map.Entry<String, List<String>> section) throws Altered {
        List<String> lines = section.getValue();
        String out = chain + "-OUT";
        if (lines.stream().noneMatch(line -> (line + " ").contains(chain + " ") || (line + " ").contains(out + " "))) {
            return Optional.empty();
        }
        String what = "of " + section.getKey() + " the chain " + chain;
        requireFirst(lines, "-A INPUT", jump("-A INPUT", "dport", chain), section.getKey());
        requireFirst(lines, "-A OUTPUT", jump("-A OUTPUT", "sport", out), section.getKey());
        Set<AddressRange> allowed = new LinkedHashSet<>();
        List<String> rules = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("-A " + chain + " ") || line.startsWith("-A " + out + " ")) {
                rules.add(canonical(line, XT_ALLOWED, allowed));
            }
        }
        // Told chain by chain, in whichever order.
        rules.sort((a, b) -> Boolean.compare(a.startsWith("-A " + out), b.startsWith("-A " + out)));
        requireSame(chains(allowed), rules, what);
        return Optional.of(allowed);
    }

    private static String canonical(String line, Pattern form, Set<AddressRange> allowed) throws Altered {
        Matcher matcher = form.matcher(line);
        if (!matcher.matches()) {
            return line;
        }
        try {
            AddressRange range = AddressRange.parse(matcher.group(2));
            allowed.add(range);
            return matcher.group(1) + range + matcher.group(3);
        } catch (IllegalArgumentException e) {
            throw new Altered("it has a rule of another's: " + line);
        }
    }

    private static void requireFirst(List<String> lines, String start, String jump, String tool) throws Altered {
        String first = lines.stream()
                .filter(line -> line.startsWith(start + " "))
                .findFirst()
                .orElse("none");
        if (!first.equals(jump)) {
            throw new Altered("the first rule of " + tool + " there is " + first + ", not " + jump);
        }
    }

    private static void requireSame(List<String> written, List<String> found, String what) throws Altered {
        if (!written.equals(found)) {
            List<String> foreign = new ArrayList<>(found);
            written.forEach(foreign::remove);
            throw new Altered(what + " is not as it was made"
                    + (foreign.isEmpty() ? "" : "; it has, for one, " + foreign.get(0)));
        }
    }
}
