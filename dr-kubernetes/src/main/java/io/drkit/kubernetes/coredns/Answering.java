package io.drkit.kubernetes.coredns;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.kubernetes.coredns.Corefile.Directive;
import io.drkit.kubernetes.coredns.Corefile.Server;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which directive of a Corefile answers for a name. At each port it is the server block whose zone is the longest that the name is in
 * (corefile(5), "Server Blocks"), and in it the plugin's directive with the longest such zone.
 *
 * @param data the whole ConfigMap, which may hold the files that the Corefile names
 * @param where the ConfigMap, for messages
 * @param mount the folder in which its keys are files to CoreDNS
 */
record Answering(Corefile corefile, Map<String, String> data, String where, String mount) {

    private static final Pattern KEY = Pattern.compile("(?:([a-z]+)://)?(.*?)(?::([0-9]+))?", Pattern.DOTALL);
    private static final Pattern REVERSE = Pattern.compile(".*/[0-9]+");

    private static final Directive NONE = new Directive(new Word("", 0, 0, 0), List.of(), List.of(), -1);

    /** A directive and, of the zones that it answers for, the one that the name is in. */
    record Found(Server server, Directive directive, String zone) {}

    /**
     * @param plugin {@code hosts} or {@code file}
     * @throws IllegalArgumentException when none answers for the name
     * @throws UnsafeToProceedException when several do, or nobody can tell
     */
    Found find(String plugin, DnsName name) {
        // Several at a port are of one zone and differ by 'view' or 'bind': which one answers depends on who asks.
        Map<String, Set<Found>> byPort = new LinkedHashMap<>();
        for (Server server : corefile.servers()) {
            for (Word key : server.keys()) {
                Matcher parts = KEY.matcher(key.text().toLowerCase(Locale.ROOT));
                if (!parts.matches() || REVERSE.matcher(key.text()).matches()) {
                    continue;
                }
                String zone = Word.domain(parts.group(2));
                String scheme = parts.group(1) == null ? "dns" : parts.group(1);
                boolean usual = parts.group(3) == null
                        || (scheme.equals("dns") && parts.group(3).equals("53"));
                String port = scheme + (usual ? "" : ":" + parts.group(3));
                if (Word.isWithin(plain(name), zone)) {
                    Set<Found> known = byPort.computeIfAbsent(port, p -> new LinkedHashSet<>());
                    known.removeIf(shorter -> shorter.zone.length() < zone.length());
                    if (known.stream().allMatch(same -> same.zone.length() == zone.length())) {
                        known.add(new Found(server, NONE, zone));
                    }
                }
            }
        }
        Set<Server> servers = byPort.values().stream()
                .flatMap(Set::stream)
                .map(Found::server)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        List<Found> found = new ArrayList<>();
        for (Server server : servers) {
            Found here = within(server, plugin, name);
            if (here != null) {
                found.add(here);
            }
        }
        boolean oneOfSeveral = byPort.values().stream()
                .anyMatch(port -> port.size() > 1
                        && port.stream()
                                .anyMatch(at -> found.stream().anyMatch(here -> here.server.equals(at.server))));
        if (found.size() > 1 || oneOfSeveral) {
            throw new UnsafeToProceedException("In " + where + " several server blocks answer for " + name + " by '"
                    + plugin + "', and nothing was changed: let one hold it.");
        }
        if (found.isEmpty()) {
            boolean imports =
                    servers.stream().anyMatch(server -> !server.named("import").isEmpty());
            throw new IllegalArgumentException("In " + where + " no '" + plugin + "' answers for " + name
                    + (imports
                            ? ", unless one is imported there: name the ConfigMap and the key that hold it."
                            : ": its server block has none for that zone."));
        }
        return found.get(0);
    }

    private @Nullable Found within(Server server, String plugin, DnsName name) {
        Found best = null;
        for (Directive directive : server.named(plugin)) {
            for (String zone : zones(server, directive)) {
                if (Word.isWithin(plain(name), zone)) {
                    if (best != null && best.zone.length() == zone.length() && !best.directive.equals(directive)) {
                        throw new UnsafeToProceedException("In " + where + " two '" + plugin + "' answer for " + name
                                + ", and nothing was changed: let one hold it.");
                    }
                    if (best == null || best.zone.length() < zone.length()) {
                        best = new Found(server, directive, zone);
                    }
                }
            }
        }
        if (best != null) {
            requirePlain(best.directive);
        }
        return best;
    }

    /** The directive's own, or else the server block's. */
    static List<String> zones(Server server, Directive directive) {
        if (directive.arguments().size() > 1) {
            return directive.arguments().stream().skip(1).map(Word::domain).toList();
        }
        return server.keys().stream()
                .map(key -> KEY.matcher(key.text().toLowerCase(Locale.ROOT)))
                .filter(Matcher::matches)
                .map(parts -> Word.domain(parts.group(2)))
                .toList();
    }

    private void requirePlain(Directive directive) {
        List<Word> words = new ArrayList<>(directive.arguments());
        directive.body().forEach(words::addAll);
        for (Word word : words) {
            if (word.isVariable()) {
                throw new UnsafeToProceedException(where + " was left as it is: the environment variable " + word.text()
                        + " in line " + word.line() + " is not known here. Write its value, or change it by hand.");
            }
        }
        if (directive.body().stream().anyMatch(line -> line.get(0).is("import"))) {
            throw new UnsafeToProceedException(where + " was left as it is: the '"
                    + directive.name().text() + "' in line "
                    + directive.name().line() + " imports records from elsewhere. Change them there by hand.");
        }
    }

    /** The key of the ConfigMap that a path is to CoreDNS; empty when it is none of them. */
    Optional<String> key(Server server, String path) {
        List<Directive> roots = server.named("root");
        String root = roots.isEmpty() || roots.get(0).arguments().isEmpty()
                ? ""
                : roots.get(0).arguments().get(0).text();
        String absolute = path.startsWith("/") ? path : root + "/" + path;
        String folder = mount + "/";
        String key = absolute.startsWith(folder) ? absolute.substring(folder.length()) : "";
        return data.containsKey(key) ? Optional.of(key) : Optional.empty();
    }

    /** The value that a line of the directive's body has for a property, {@code ttl} say. */
    static Optional<String> property(Directive directive, String name) {
        return directive.body().stream()
                .filter(line -> line.get(0).is(name) && line.size() > 1)
                .map(line -> line.get(1).text())
                .findFirst();
    }

    /** Whether any server block has {@code reload}, which reads the whole Corefile again; and one that is not switched off. */
    boolean reloads() {
        return corefile.servers().stream()
                .flatMap(server -> corefile.withSnippets(server).stream())
                .flatMap(server -> server.named("reload").stream())
                .anyMatch(reload -> reload.arguments().isEmpty()
                        || !isZero(reload.arguments().get(0).text()));
    }

    /** Whether a duration as Go writes it, {@code 1m30s}, is none. */
    static boolean isZero(String duration) {
        return !duration.chars().filter(c -> c >= '1' && c <= '9').findAny().isPresent();
    }

    private static String plain(DnsName name) {
        return name.isWildcard() ? name.ascii().substring(2) : name.ascii();
    }
}
