package io.drkit.kubernetes.coredns;

import io.drkit.UnsafeToProceedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Entries as hosts(5) has them, an address and its names a line, in a file or within a Corefile; edited so that everything else stays to the byte.
 *
 * @param text the whole of what they stand in
 * @param entries lines of it
 * @param start where a first entry may be put
 * @param indent of such a one
 */
record HostsText(String text, List<Entry> entries, int start, String indent) {

    /**
     * A line.
     *
     * @param canonical the address in its one spelling; empty when it is no plain address
     */
    record Entry(Word address, String canonical, List<Word> names) {

        boolean has(String name) {
            return names.stream().anyMatch(word -> word.domain().equals(name));
        }
    }

    /** Words that begin with an address and go on with names; empty for any other line. */
    static List<Entry> entry(List<Word> words, UnaryOperator<String> canonical) {
        boolean address = words.size() > 1 && words.get(0).text().matches("[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%.*)?");
        if (!address) {
            return List.of();
        }
        List<Word> names = List.copyOf(words.subList(1, words.size()));
        return List.of(new Entry(words.get(0), canonical.apply(words.get(0).text()), names));
    }

    /**
     * Those of a hosts file.
     *
     * @param where the file, for the message
     * @throws UnsafeToProceedException when its words cannot be told beyond doubt
     */
    static HostsText ofFile(String text, String where, UnaryOperator<String> canonical) {
        List<Entry> entries = new ArrayList<>();
        int line = 1;
        for (int start = 0; start < text.length(); start = Edits.lineEnd(text, start)) {
            List<Word> words = words(text, start, line++);
            if (words.stream().anyMatch(word -> word.text().chars().anyMatch(c -> Word.isDoubtfulBlank((char) c)))) {
                throw new UnsafeToProceedException(
                        where + " was left as it is, for it cannot be edited safely: in line " + (line - 1) + " "
                                + Word.DOUBTFUL_BLANK + ". Look at it, and change it by hand.");
            }
            entries.addAll(entry(words, canonical));
        }
        return new HostsText(text, entries, text.length(), "");
    }

    private static List<Word> words(String text, int start, int line) {
        List<Word> words = new ArrayList<>();
        int comment = text.indexOf('#', start);
        int end = Edits.lineEnd(text, start);
        end = comment >= 0 && comment < end ? comment : end;
        for (int i = start; i < end; i++) {
            if (!isBlank(text.charAt(i))) {
                int from = i;
                while (i < end && !isBlank(text.charAt(i))) {
                    i++;
                }
                words.add(new Word(text.substring(from, i), from, i, line));
            }
        }
        return words;
    }

    /** One in doubt is a part of a word, which is refused. */
    private static boolean isBlank(char c) {
        return Character.isWhitespace(c) && !Word.isDoubtfulBlank(c);
    }

    /** The addresses of a name. */
    List<String> addresses(String name) {
        return entries.stream()
                .filter(entry -> entry.has(name))
                .map(Entry::canonical)
                .distinct()
                .toList();
    }

    boolean has(String name) {
        return entries.stream().anyMatch(entry -> entry.has(name));
    }

    /**
     * The whole text with these names at exactly these addresses.
     *
     * @param wanted by name; no addresses for a name that shall be gone
     */
    String with(Map<String, List<String>> wanted) {
        Edits edits = new Edits(text);
        Map<String, Set<String>> missing = new TreeMap<>();
        wanted.forEach((name, addresses) -> {
            Set<String> more = new LinkedHashSet<>(addresses);
            more.removeAll(addresses(name));
            missing.put(name, more);
        });
        Map<String, Entry> last = new LinkedHashMap<>();
        for (Entry entry : entries) {
            Set<String> names =
                    entry.names.stream().map(Word::domain).collect(Collectors.toCollection(LinkedHashSet::new));
            names.stream().filter(wanted::containsKey).forEach(name -> last.put(name, entry));
            Set<String> leaving = new LinkedHashSet<>(names);
            leaving.removeIf(name -> !wanted.containsKey(name)
                    || wanted.getOrDefault(name, List.of()).contains(entry.canonical));
            if (leaving.isEmpty()) {
                continue;
            }
            String other = leaving.size() < names.size() ? "" : common(missing, leaving, entry.canonical);
            if (!other.isEmpty()) {
                edits.replace(entry.address, other);
                leaving.forEach(name -> missing.getOrDefault(name, Set.of()).remove(other));
            } else if (leaving.size() < names.size()) {
                entry.names.stream()
                        .filter(word -> leaving.contains(word.domain()))
                        .forEach(word -> drop(edits, word));
            } else {
                drop(edits, entry);
            }
        }
        missing.forEach((name, addresses) -> addresses.forEach(address -> add(edits, last.get(name), address, name)));
        return edits.apply();
    }

    /** An address that all of these names shall have and have not, of the same family if there is one; empty for none. */
    private static String common(Map<String, Set<String>> missing, Set<String> names, String family) {
        Set<String> common = null;
        for (String name : names) {
            Set<String> more = missing.getOrDefault(name, Set.of());
            if (common == null) {
                common = new LinkedHashSet<>(more);
            }
            common.retainAll(more);
        }
        List<String> candidates = common == null ? List.of() : List.copyOf(common);
        boolean v6 = family.indexOf(':') >= 0;
        return candidates.stream()
                .filter(address -> (address.indexOf(':') >= 0) == v6)
                .findFirst()
                .orElse(candidates.isEmpty() ? "" : candidates.get(0));
    }

    private void drop(Edits edits, Word name) {
        int from = name.start();
        while (Character.isWhitespace(text.charAt(from - 1))) {
            from--;
        }
        edits.replace(from, name.end(), "");
    }

    /** Takes a line out; a comment on it stays, for it is somebody's. */
    private void drop(Edits edits, Entry entry) {
        int end = Edits.lineEnd(text, entry.address.end());
        int comment = text.indexOf('#', entry.names.get(entry.names.size() - 1).end());
        if (comment >= 0 && comment < end) {
            edits.replace(entry.address.start(), comment, "");
        } else {
            edits.replace(Edits.lineStart(text, entry.address.start()), end, "");
        }
    }

    private void add(Edits edits, @Nullable Entry beside, String address, String name) {
        Entry anchor = beside != null || entries.isEmpty() ? beside : entries.get(entries.size() - 1);
        if (anchor == null) {
            edits.insertLine(start, indent + address + " " + name);
            return;
        }
        String like = Edits.indent(text, Edits.lineStart(text, anchor.address.start()));
        edits.insertLine(Edits.lineEnd(text, anchor.address.end()), like + address + " " + name);
    }
}
