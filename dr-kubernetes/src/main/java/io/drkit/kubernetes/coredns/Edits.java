package io.drkit.kubernetes.coredns;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Changes of a text, collected by the places they have in it as it was: what is not named stays to the byte. Not thread-safe. */
final class Edits {

    private record Edit(int start, int end, String replacement) {}

    private final String text;
    private final List<Edit> edits = new ArrayList<>();

    Edits(String text) {
        this.text = text;
    }

    void replace(int start, int end, String replacement) {
        edits.add(new Edit(start, end, replacement));
    }

    void replace(Word word, String replacement) {
        replace(word.start(), word.end(), replacement);
    }

    /** Several at one place come in their order. */
    void insert(int at, String addition) {
        replace(at, at, addition);
    }

    /**
     * Inserts a line behind another one.
     *
     * @param at where the other line ends, behind its newline if it has one; or 0
     */
    void insertLine(int at, String line) {
        boolean whole = at == 0 || text.charAt(at - 1) == '\n';
        insert(at, (whole ? "" : "\n") + line + (whole ? newline(at) : ""));
    }

    private String newline(int at) {
        return at >= 2 && text.charAt(at - 2) == '\r' ? "\r\n" : "\n";
    }

    /** Where the line that {@code at} is on begins. */
    static int lineStart(String text, int at) {
        return text.lastIndexOf('\n', at - 1) + 1;
    }

    /** Where it ends, behind its newline. */
    static int lineEnd(String text, int at) {
        int newline = text.indexOf('\n', at);
        return newline < 0 ? text.length() : newline + 1;
    }

    /** The blanks that the line begins with. */
    static String indent(String text, int lineStart) {
        int end = lineStart;
        while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
            end++;
        }
        return text.substring(lineStart, end);
    }

    /** The text with all of them made. */
    String apply() {
        StringBuilder result = new StringBuilder();
        int at = 0;
        // Sorting is stable: insertions at one place keep their order, and come before what is replaced there.
        for (Edit edit : edits.stream()
                .sorted(Comparator.comparingInt(Edit::start).thenComparingInt(Edit::end))
                .toList()) {
            result.append(text, at, edit.start).append(edit.replacement);
            at = edit.end;
        }
        return result.append(text, at, text.length()).toString();
    }
}
