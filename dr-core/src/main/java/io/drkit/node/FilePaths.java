package io.drkit.node;

/** What the shell scripts about files ask of a path. */
final class FilePaths {

    private FilePaths() {}

    static void requireAbsolute(String path) {
        boolean fits = path.startsWith("/")
                && !path.endsWith("/")
                && !path.endsWith("/.")
                && !path.endsWith("/..")
                && path.chars().allMatch(c -> c >= ' ' && c != 0x7f);
        if (!fits) {
            throw new IllegalArgumentException(
                    "The path of a file on a node must be absolute, name a file, and hold no control character: \""
                            + path.replaceAll("\\p{Cntrl}", "?") + "\" does not.");
        }
    }
}
