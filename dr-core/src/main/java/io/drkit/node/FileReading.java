package io.drkit.node;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import java.time.Duration;
import java.util.Optional;

/** {@link NodeAccess#read} by a shell script: path, attributes and checksum in seven lines, then the content. */
final class FileReading {

    static final int ABSENT = 44;
    static final int REFUSED = 45;
    static final int NO_FILE = 46;
    static final int TOO_LARGE = 47;

    /** Both scripts begin with it: {@code kind} is set for a regular file that exists, and empty where there is none. */
    static final String LOOK = """
            set -u
            LC_ALL=C
            export LC_ALL
            umask 077
            fail() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }
            sha() { sum=$(sha256sum < "$1") && printf '%s' "${sum%% *}"; }
            look() {
              if kind=$(stat -L -c %F -- "$1" 2>&1); then
                case $kind in 'regular file' | 'regular empty file') ;; *) fail 46 "it is a $kind" ;; esac
              else
                case $kind in *': No such file or directory') kind= ;; *) fail 45 "$kind" ;; esac
              fi
            }
            """;

    private static final String SCRIPT = LOOK + """
            look "$1"
            [ -n "$kind" ] || exit 44
            path=$(readlink -f -- "$1") && size=$(stat -c %s -- "$path") || exit 45
            [ "$size" -le "$2" ] || exit 47
            printf '%s\\n' "$path"
            stat --printf='%a\\n%u\\n%g\\n%U\\n%G\\n' -- "$path" && sha "$path" && printf '\\n' && cat -- "$path" || exit 45
            """;

    /** The lines before the content. */
    private static final int HEAD = 7;

    private static final int ATTEMPTS = 5;

    private final NodeAccess node;
    private final String path;
    private final Deadline deadline;

    FileReading(NodeAccess node, String path, Duration deadline) {
        FilePaths.requireAbsolute(path);
        this.node = node;
        this.path = path;
        this.deadline = new Deadline(deadline);
    }

    Optional<NodeFile> read() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            CommandResult result = ask();
            switch (result.exitCode()) {
                case 0 -> {
                    NodeFile file = parse(result.out());
                    // One that was written to between its checksum and its content is read again.
                    if (!result.truncated() && Sha256.of(file.content()).equals(file.sha256())) {
                        return Optional.of(file);
                    }
                }
                case ABSENT -> {
                    return Optional.empty();
                }
                case NO_FILE ->
                    throw new IllegalArgumentException(
                            where() + " cannot be read as a file: " + result.errText() + ".");
                case TOO_LARGE -> throw new IllegalArgumentException(where() + " is larger than 16 MiB.");
                default ->
                    throw new SiteUnreachableException(where() + " cannot be read (" + reason(result)
                            + "). Put that right, or connect as a user who may.");
            }
        }
        throw new SiteUnreachableException(where() + " changes all the time. Try again when nobody writes to it.");
    }

    private CommandResult ask() {
        try {
            return node.run(NodeCommand.script(SCRIPT, path, Integer.toString(NodeAccess.MAX_FILE_BYTES))
                    .title("read " + path)
                    .deadline(deadline.left())
                    .outputLimit(NodeAccess.MAX_FILE_BYTES + (64 << 10))
                    .build());
        } catch (OutcomeUnknownException e) {
            // Reading changes nothing.
            throw new SiteUnreachableException(where() + " could not be read: " + e.getMessage(), e);
        }
    }

    private String where() {
        return path + " on " + node.name();
    }

    private NodeFile parse(Bytes out) {
        byte[] all = out.unsafeArray();
        int[] ends = new int[HEAD];
        int line = 0;
        for (int i = 0; i < all.length && line < ends.length; i++) {
            if (all[i] == '\n') {
                ends[line++] = i;
            }
        }
        if (line < ends.length) {
            throw new SiteUnreachableException(
                    where() + " could not be read: the answer is no answer to what was asked.");
        }
        String[] head = out.first(ends[HEAD - 1]).utf8().split("\n", -1);
        return new NodeFile(
                head[0],
                out.dropFirst(ends[HEAD - 1] + 1),
                Integer.parseInt(head[1], 8),
                name(head[4], head[2]) + ":" + name(head[5], head[3]),
                head[6]);
    }

    private static String name(String name, String number) {
        return name.equals("UNKNOWN") ? number : name;
    }

    /** What the node said about it, in one line. */
    static String reason(CommandResult result) {
        String said = result.errText().lines().reduce((first, second) -> second).orElse("");
        return said.isEmpty() ? "exit code " + result.exitCode() : said;
    }
}
