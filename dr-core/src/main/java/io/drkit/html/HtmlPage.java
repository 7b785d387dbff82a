package io.drkit.html;

/** A page that loads nothing else, and runs nothing: fit to be attached to a ticket. */
public final class HtmlPage {

    private HtmlPage() {}

    /**
     * A whole page.
     *
     * @param title as plain text; in the window's title and as the heading
     * @param style as CSS
     * @param body as HTML, in which all that came from elsewhere is {@linkplain #escape escaped}
     */
    public static String of(String title, String style, CharSequence body) {
        String escaped = escape(title);
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>"""
                + escaped + "</title>\n<style>\n" + style + "</style>\n</head>\n<body>\n<main>\n<h1>" + escaped
                + "</h1>\n"
                + body + "</main>\n</body>\n</html>\n";
    }

    /** For text and for attributes in double quotes. Characters that HTML cannot hold are left out. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> {
                    if (c >= ' ' || c == '\n' || c == '\t') {
                        escaped.appendCodePoint(c);
                    }
                }
            }
        });
        return escaped.toString();
    }
}
