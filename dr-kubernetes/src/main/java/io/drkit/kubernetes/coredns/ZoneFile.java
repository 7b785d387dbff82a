package io.drkit.kubernetes.coredns;

import io.drkit.UnsafeToProceedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A zone file (RFC 1035, section 5.1; RFC 2308, section 4) read into its entries and where they stand. Names are absolute, in lower case and without
 * the final dot.
 *
 * @param leaning whether an entry takes its time to live from the one before it
 */
record ZoneFile(String text, String origin, List<Entry> entries, boolean leaning) {

    private static final Pattern TTL = Pattern.compile("(?:[0-9]++[smhdwSMHDW]?)+");
    private static final Pattern TTL_PART = Pattern.compile("([0-9]+)([smhdw]?)");
    private static final Pattern OTHER_CLASS = Pattern.compile("CH|CS|HS|NONE|ANY|CLASS[0-9]+");
    private static final Pattern GENERIC_TYPE = Pattern.compile("(?i)TYPE[0-9]+");
    private static final Map<String, Long> SECONDS =
            Map.of("", 1L, "s", 1L, "m", 60L, "h", 3_600L, "d", 86_400L, "w", 604_800L);

    /**
     * A resource record.
     *
     * @param stated whether it names its owner; if not, it is the one before's
     * @param ttl in seconds; -1 when it is not known
     * @param ttlWord null when it is not stated
     * @param first the word that type or class is, whichever comes first: a time to live is put before it
     * @param origin that relative names in it are below
     * @param start of the line that it begins with
     * @param lineEnd behind the last of its lines, which a closing parenthesis alone may stand on
     * @param oneLine whether it has no other line
     */
    record Entry(
            String owner,
            boolean stated,
            long ttl,
            @Nullable Word ttlWord,
            Word first,
            String type,
            List<Word> data,
            String origin,
            int start,
            int lineEnd,
            boolean oneLine) {

        /** Where the last word of it ends. */
        int end() {
            return data.get(data.size() - 1).end();
        }
    }

    ZoneFile {
        entries = List.copyOf(entries);
    }

    /** A name in the file as an absolute one. */
    static String absolute(String name, String origin) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals("@")) {
            return origin;
        }
        return lower.endsWith(".") ? Word.domain(lower) : origin.isEmpty() ? lower : lower + "." + origin;
    }

    static long seconds(String ttl) {
        long seconds = 0;
        Matcher parts = TTL_PART.matcher(ttl.toLowerCase(Locale.ROOT));
        while (parts.find()) {
            seconds += Long.parseLong(parts.group(1)) * SECONDS.getOrDefault(parts.group(2), 1L);
        }
        return seconds;
    }

    /**
     * @param where the file, for the message
     * @throws UnsafeToProceedException in one sentence, when it cannot be understood beyond doubt
     */
    static ZoneFile parse(String text, String zone, String where) {
        return new Parser(text, zone, where).parse();
    }

    private static final class Parser {

        private final String text;
        private final String where;
        private final String zone;
        private final List<Entry> entries = new ArrayList<>();
        private String origin;
        private String owner = "";
        private long defaultTtl = -1;
        private boolean leaning;
        private int at;
        private int line = 1;

        Parser(String text, String zone, String where) {
            this.text = text;
            this.zone = zone;
            this.origin = zone;
            this.where = where;
        }

        ZoneFile parse() {
            while (at < text.length()) {
                int start = at;
                boolean blank = Character.isWhitespace(text.charAt(at));
                List<Word> words = logicalLine();
                if (!words.isEmpty()) {
                    if (words.get(0).text().startsWith("$")) {
                        directive(words);
                    } else {
                        entries.add(entry(
                                words,
                                blank,
                                start,
                                text.substring(start, at).strip().indexOf('\n') < 0));
                    }
                }
            }
            return new ZoneFile(text, zone, entries, leaning);
        }

        private void directive(List<Word> words) {
            String name = words.get(0).text().toUpperCase(Locale.ROOT);
            String value = words.size() == 2 ? words.get(1).text() : "";
            if (name.equals("$ORIGIN") && !value.isEmpty()) {
                requirePlain(words.get(1));
                origin = absolute(value, origin);
            } else if (name.equals("$TTL") && TTL.matcher(value).matches()) {
                defaultTtl = seconds(value);
            } else {
                throw refused(words.get(0), "'" + name + "' there makes records that are not in sight");
            }
        }

        private Entry entry(List<Word> words, boolean blank, int start, boolean oneLine) {
            int i = 0;
            if (!blank) {
                requirePlain(words.get(0));
                owner = absolute(words.get(i++).text(), origin);
            }
            Word ttl = null;
            Word first = null;
            for (; i < words.size(); i++) {
                Word word = words.get(i);
                String upper = word.text().toUpperCase(Locale.ROOT);
                if (ttl == null && TTL.matcher(upper).matches()) {
                    ttl = word;
                } else if (OTHER_CLASS.matcher(upper).matches()) {
                    throw refused(word, "a record is of the class " + upper);
                } else if (first == null && upper.equals("IN")) {
                    first = word;
                } else {
                    break;
                }
            }
            if (i + 1 >= words.size() || (blank && entries.isEmpty())) {
                throw refused(words.get(0), "no record is understood");
            }
            Word type = words.get(i);
            if (GENERIC_TYPE.matcher(type.text()).matches()) {
                throw refused(type, "a type is given by its number");
            }
            boolean soa = type.text().equalsIgnoreCase("SOA");
            leaning |= ttl == null && defaultTtl < 0 && !soa;
            return new Entry(
                    owner,
                    !blank,
                    ttl != null ? seconds(ttl.text()) : defaultTtl,
                    ttl,
                    first == null || (ttl != null && ttl.start() > first.start()) ? type : first,
                    type.text().toUpperCase(Locale.ROOT),
                    List.copyOf(words.subList(i + 1, words.size())),
                    origin,
                    start,
                    at,
                    oneLine);
        }

        /** An escape may stand for any letter, so that a name with one may be one that is asked for. */
        private void requirePlain(Word name) {
            if (name.text().indexOf('\\') >= 0) {
                throw refused(name, "the name '" + name.text() + "' has an escape");
            }
        }

        /** The words up to the end of the line, or of the last of the lines that parentheses make one. */
        private List<Word> logicalLine() {
            List<Word> words = new ArrayList<>();
            int open = 0;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '\n') {
                    line++;
                    at++;
                    if (open == 0) {
                        return words;
                    }
                } else if (c == ';') {
                    at = text.indexOf('\n', at) < 0 ? text.length() : text.indexOf('\n', at);
                } else if (c == '(' || c == ')') {
                    open += c == '(' ? 1 : -1;
                    at++;
                } else if (Character.isWhitespace(c)) {
                    at++;
                } else {
                    words.add(word());
                }
            }
            if (open != 0) {
                throw refused(new Word("", at, at, line), "a parenthesis is never closed");
            }
            return words;
        }

        private Word word() {
            int start = at;
            int began = line;
            boolean quoted = false;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (c == '\\') {
                    at++;
                } else if (c == '"') {
                    quoted = !quoted;
                } else if (!quoted && (Character.isWhitespace(c) || ";()".indexOf(c) >= 0)) {
                    break;
                } else if (c == '\n') {
                    line++;
                }
                at++;
            }
            at = Math.min(at, text.length());
            return new Word(text.substring(start, at), start, at, began);
        }

        private UnsafeToProceedException refused(Word at, String reason) {
            return new UnsafeToProceedException("The zone file " + where
                    + " was left as it is, for it cannot be edited safely: in line " + at.line() + " " + reason
                    + ". Look at it, and change it by hand.");
        }
    }
}
