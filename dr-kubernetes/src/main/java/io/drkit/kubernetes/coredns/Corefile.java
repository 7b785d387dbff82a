package io.drkit.kubernetes.coredns;

import io.drkit.UnsafeToProceedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A Corefile read just far enough to find the records in it and where they stand. Words, quotes, comments, server blocks, snippets and imports are as in
 * corefile(5) and in the parser that CoreDNS uses (github.com/coredns/caddy, caddyfile). What its versions read differently is refused.
 *
 * @param servers in their order
 * @param snippets by name: what server blocks import
 */
record Corefile(List<Server> servers, Map<String, Server> snippets) {

    /**
     * @param keys such as {@code .:53} or {@code example.com}
     */
    record Server(List<Word> keys, List<Directive> directives) {

        List<Directive> named(String name) {
            return directives.stream().filter(d -> d.name.is(name)).toList();
        }
    }

    /**
     * A plugin's directive.
     *
     * @param body the lines between its braces; empty also when it has none
     * @param bodyStart where these begin: the start of a line; -1 when it has no braces
     */
    record Directive(Word name, List<Word> arguments, List<List<Word>> body, int bodyStart) {}

    Corefile {
        servers = List.copyOf(servers);
        snippets = Map.copyOf(snippets);
    }

    /** A server block and the snippets that it imports, and these in turn. */
    Collection<Server> withSnippets(Server server) {
        Set<Server> all = new LinkedHashSet<>();
        Deque<Server> next = new ArrayDeque<>(List.of(server));
        while (!next.isEmpty()) {
            Server one = next.remove();
            if (all.add(one)) {
                one.named("import").stream()
                        .flatMap(line -> line.arguments().stream().limit(1))
                        .map(name -> snippets.get(name.text()))
                        .filter(Objects::nonNull)
                        .forEach(next::add);
            }
        }
        return all;
    }

    /**
     * @param where the text, for the message
     * @throws UnsafeToProceedException in one sentence, when it cannot be understood beyond doubt
     */
    static Corefile parse(String text, String where) {
        return new Parser(text, where).parse();
    }

    private static final class Parser {

        private final String text;
        private final String where;
        private final List<Word> words = new ArrayList<>();
        private int at;

        Parser(String text, String where) {
            this.text = text;
            this.where = where;
        }

        Corefile parse() {
            split();
            List<Server> servers = new ArrayList<>();
            Map<String, Server> snippets = new LinkedHashMap<>();
            while (at < words.size()) {
                if (words.get(at).is("import")) {
                    skipLine();
                    continue;
                }
                List<Word> keys = keys();
                boolean snippet = keys.size() == 1
                        && keys.get(0).text().startsWith("(")
                        && keys.get(0).text().endsWith(")");
                boolean braces = at < words.size() && words.get(at).is("{");
                if (braces) {
                    at++;
                } else if (snippet || !servers.isEmpty()) {
                    // Without braces the rest of the file belongs to it, which is right for a file of one server only.
                    throw refused(keys.get(0).line(), "a server block without braces is not the only one");
                }
                List<Directive> directives = directives(braces);
                Server block = new Server(List.copyOf(keys), List.copyOf(directives));
                if (snippet) {
                    String name = keys.get(0).text();
                    snippets.put(name.substring(1, name.length() - 1), block);
                } else {
                    servers.add(block);
                }
            }
            return new Corefile(servers, snippets);
        }

        private List<Word> keys() {
            List<Word> keys = new ArrayList<>();
            boolean another = true;
            int line = words.get(at).line();
            while (at < words.size() && (another || words.get(at).line() == line)) {
                Word word = words.get(at);
                if (word.is("{")) {
                    break;
                }
                if (word.is("}") || word.isVariable()) {
                    throw refused(word.line(), "'" + word.text() + "' stands where a zone is named");
                }
                line = word.line();
                another = word.text().endsWith(",");
                String key = another ? word.text().substring(0, word.text().length() - 1) : word.text();
                if (!key.isEmpty()) {
                    keys.add(new Word(key, word.start(), word.end(), word.line()));
                }
                at++;
            }
            if (keys.isEmpty()) {
                throw refused(line, "a server block has no zone");
            }
            return keys;
        }

        private List<Directive> directives(boolean braces) {
            List<Directive> directives = new ArrayList<>();
            int opened = at == 0 ? 1 : words.get(at - 1).line();
            while (at < words.size()) {
                Word word = words.get(at);
                if (word.is("}") && braces) {
                    at++;
                    if (at < words.size() && words.get(at).line() == word.line()) {
                        throw refused(word.line(), "something follows '}' on its line");
                    }
                    return directives;
                }
                if (word.is("}") || word.is("{")) {
                    throw refused(word.line(), "'" + word.text() + "' stands where a plugin is named");
                }
                directives.add(directive());
            }
            if (braces) {
                throw refused(opened, "a '{' is never closed");
            }
            return directives;
        }

        private Directive directive() {
            Word name = words.get(at++);
            List<Word> arguments = new ArrayList<>();
            while (at < words.size() && words.get(at).line() == name.line()) {
                Word word = words.get(at++);
                if (word.is("{")) {
                    return body(name, arguments, word);
                }
                if (word.is("}")) {
                    throw refused(word.line(), "'}' does not stand on a line of its own");
                }
                arguments.add(word);
            }
            return new Directive(name, List.copyOf(arguments), List.of(), -1);
        }

        private Directive body(Word name, List<Word> arguments, Word brace) {
            List<List<Word>> lines = new ArrayList<>();
            int nesting = 1;
            int line = brace.line();
            while (at < words.size()) {
                Word word = words.get(at++);
                nesting += word.is("{") ? 1 : word.is("}") ? -1 : 0;
                boolean held = name.is("hosts") || name.is("file");
                if (held && (nesting > 1 || word.line() == brace.line() || (nesting == 0 && word.line() == line))) {
                    throw refused(word.line(), "the braces of '" + name.text() + "' do not stand alone");
                }
                if (nesting == 0) {
                    return new Directive(
                            name, List.copyOf(arguments), List.copyOf(lines), Edits.lineEnd(text, brace.end()));
                }
                if (word.line() > line) {
                    lines.add(new ArrayList<>());
                }
                line = word.line();
                if (!lines.isEmpty()) {
                    lines.get(lines.size() - 1).add(word);
                }
            }
            throw refused(brace.line(), "a '{' is never closed");
        }

        private void skipLine() {
            int line = words.get(at).line();
            while (at < words.size() && words.get(at).line() == line) {
                at++;
            }
        }

        private void split() {
            int line = 1;
            int i = text.startsWith("\uFEFF") ? 1 : 0;
            while (i < text.length()) {
                char c = text.charAt(i);
                if (c == '\n') {
                    line++;
                    i++;
                } else if (Word.isDoubtfulBlank(c)) {
                    throw refused(line, Word.DOUBTFUL_BLANK);
                } else if (Character.isWhitespace(c)) {
                    i++;
                } else if (c == '#') {
                    int newline = text.indexOf('\n', i);
                    i = newline < 0 ? text.length() : newline;
                } else {
                    int end = c == '"' ? quotedEnd(i, line) : plainEnd(i, line);
                    String word = text.substring(i, end);
                    words.add(new Word(
                            c == '"' ? word.substring(1, word.length() - 1).replace("\\\"", "\"") : word,
                            i,
                            end,
                            line));
                    line += (int) word.chars().filter(ch -> ch == '\n').count();
                    i = end;
                }
            }
        }

        private int quotedEnd(int start, int line) {
            for (int i = start + 1; i < text.length(); i++) {
                if (text.charAt(i) == '\\') {
                    i++;
                } else if (text.charAt(i) == '"') {
                    return i + 1;
                }
            }
            throw refused(line, "a quotation mark is never closed");
        }

        private int plainEnd(int start, int line) {
            int i = start;
            while (i < text.length() && !Character.isWhitespace(text.charAt(i))) {
                char c = text.charAt(i++);
                if (Word.isDoubtfulBlank(c)) {
                    throw refused(line, Word.DOUBTFUL_BLANK);
                }
                boolean last = i == text.length() || Character.isWhitespace(text.charAt(i));
                if (c == '#' || (c == '`' && i - 1 == start) || (c == '\\' && last)) {
                    throw refused(line, "versions of CoreDNS read the '" + c + "' there differently");
                }
            }
            return i;
        }

        private UnsafeToProceedException refused(int line, String reason) {
            return new UnsafeToProceedException(where + " was left as it is, for it cannot be edited safely: in line "
                    + line + " " + reason + ". Look at it, and change it by hand.");
        }
    }
}
