package io.drkit.node;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.Sha256;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * {@link NodeAccess#replace} by three shell scripts. The first <b>stages</b> the content beside the file: whatever happens to it, the file is
 * as it was. The second <b>commits</b> it by renaming. When no answer to that comes, the third <b>settles</b> it: it removes what was staged, so
 * that a commit that is late finds nothing to rename, and then looks which of the two came first.
 *
 * <p>Staging removes what was staged before, for the same reason: of two replacements the later one counts, and an earlier one that hangs
 * somewhere can do nothing any more.
 */
final class FileReplacing {

    private static final int UNEXPECTED = 48;
    private static final int OVERTAKEN = 53;

    private static final Duration SETTLING = Duration.ofSeconds(10);
    private static final DateTimeFormatter BACKUP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final String COMMON = FileReading.LOOK + """
            path=$1 id=$2 new=$3
            locate() {
              path=$(readlink -f -- "$path") || fail 45 'its folder does not exist or cannot be entered'
              folder=${path%/*}
              name=${path##*/}
              stage=$folder/.$name.drkit-new-$id
            }
            now() {
              look "$path"
              now=absent
              if [ -n "$kind" ]; then now=$(sha "$path") || fail 45 'it cannot be read'; fi
            }
            """;

    /** $4 is what must be there, $5 and $6 are mode and owner of a file that is absent. */
    private static final String STAGE = COMMON + """
            look "$path"
            locate
            for old in "$folder/.$name.drkit-new-"*/; do
              old=${old%/}
              if [ -d "$old" ] && [ ! -L "$old" ]; then rm -rf -- "$old" || exit 45; fi
            done
            now
            [ -z "$4" ] || [ "$now" = "$4" ] || [ "$now" = "$new" ] || exit 48
            if [ "$now" = "$new" ]; then
              sync -- "$path" "${folder:-/}" || exit 45
              printf 'same\\n%s\\n%s\\n' "$now" "$path"
              exit 0
            fi
            trap 'rm -rf -- "$stage"' EXIT
            trap 'exit 49' HUP INT TERM PIPE
            mkdir -m 700 -- "$stage" || exit 45
            cat > "$stage/new" || exit 45
            arrived=$(sha "$stage/new") || exit 45
            [ "$arrived" = "$new" ] || fail 45 'the content was damaged or cut off on its way'
            if [ "$now" = absent ]; then
              [ -z "$6" ] || chown -- "$6" "$stage/new" || exit 45
              chmod -- "$5" "$stage/new" || exit 45
            else
              cp --attributes-only --preserve=all -- "$path" "$stage/new" || exit 45
              [ "$(stat -c '%a %u %g' -- "$path")" = "$(stat -c '%a %u %g' -- "$stage/new")" ] ||
                fail 45 'its mode and owner cannot be kept by this user'
            fi
            sync -- "$stage/new" "$stage" || exit 45
            printf 'staged\\n%s\\n%s\\n' "$now" "$path"
            trap - EXIT
            """;

    /** $4 is what was there when it was staged, $5 the time in the name of the backup. */
    private static final String COMMIT = COMMON + """
            locate
            [ -f "$stage/new" ] || exit 53
            trap 'rm -rf -- "$stage"' EXIT
            now
            [ "$now" = "$4" ] || exit 48
            backup=
            if [ "$now" != absent ]; then
              backup=$folder/.$name.drkit-$5
              ln -- "$path" "$backup" 2>/dev/null ||
                { cp --preserve=all -- "$path" "$backup" && sync -- "$backup"; } || exit 45
            fi
            if ! mv -fT -- "$stage/new" "$path"; then
              [ -z "$backup" ] || rm -f -- "$backup"
              exit 45
            fi
            sync -- "$path" "${folder:-/}" || exit 54
            printf '%s\\n' "$backup"
            """;

    private static final String SETTLE = COMMON + """
            locate
            rm -rf -- "$stage" || exit 45
            now
            sync -- "${folder:-/}" || exit 54
            printf '%s\\n' "$now"
            """;

    private final NodeAccess node;
    private final FileReplacement wanted;
    private final String sha256;
    private final String id = UUID.randomUUID().toString();
    private final Deadline deadline;

    FileReplacing(NodeAccess node, FileReplacement wanted) {
        this.node = node;
        this.wanted = wanted;
        this.sha256 = Sha256.of(wanted.content());
        this.deadline = new Deadline(wanted.deadline());
    }

    ReplacedFile replace() {
        String[] staged = stage().outText().split("\n", -1);
        if (staged.length != 3) {
            throw new SiteUnreachableException(
                    where() + " was not replaced: the answer is no answer to what was asked.");
        }
        String path = staged[2];
        return staged[0].equals("same")
                ? new ReplacedFile(path, false, sha256, Optional.empty())
                : commit(path, staged[1]);
    }

    private CommandResult stage() {
        NodeCommand command = script(
                        STAGE,
                        wanted.path(),
                        wanted.expected().orElse(""),
                        "%04o".formatted(wanted.modeIfAbsent()),
                        wanted.ownerIfAbsent().orElse(""))
                .input(wanted.content())
                .build();
        CommandResult result;
        try {
            result = node.run(command);
        } catch (OutcomeUnknownException e) {
            throw new SiteUnreachableException(
                    where() + " was not replaced, and is as it was: " + e.getMessage() + " Doing it again is safe.", e);
        }
        return switch (result.exitCode()) {
            case 0 -> result;
            case FileReading.NO_FILE ->
                throw new IllegalArgumentException(where() + " cannot be replaced: " + result.errText() + ".");
            default -> throw refused(result);
        };
    }

    private ReplacedFile commit(String path, String before) {
        String time = BACKUP.format(wanted.clock().instant()) + "-" + id.substring(0, 8);
        CommandResult result;
        try {
            result = node.run(script(COMMIT, path, before, time).build());
        } catch (SiteUnreachableException e) {
            throw new SiteUnreachableException(where() + " was not replaced, and is as it was: " + e.getMessage(), e);
        } catch (OutcomeUnknownException e) {
            return settle(path, before, time, e);
        }
        return switch (result.exitCode()) {
            case 0 -> {
                String backup = result.outText();
                yield new ReplacedFile(path, true, sha256, backup.isEmpty() ? Optional.empty() : Optional.of(backup));
            }
            case OVERTAKEN ->
                throw new UnsafeToProceedException(where() + " was not replaced: another replacement of it was begun"
                        + " meanwhile, and the later one counts. Look what it holds.");
            case UNEXPECTED, FileReading.REFUSED, FileReading.NO_FILE -> throw refused(result);
            // Ended by a signal, or the disk did not take it for good.
            default -> settle(path, before, time, new OutcomeUnknownException(FileReading.reason(result) + ".", null));
        };
    }

    /** After this the commit, wherever it is, has happened or can happen no more. */
    private ReplacedFile settle(String path, String before, String time, OutcomeUnknownException unknown) {
        if (Thread.currentThread().isInterrupted()) {
            throw unknown(unknown);
        }
        CommandResult result;
        try {
            result = node.run(script(SETTLE, path).deadline(SETTLING).build());
        } catch (SiteUnreachableException | OutcomeUnknownException | UnsafeToProceedException e) {
            throw unknown(unknown);
        }
        if (!result.succeeded()) {
            throw unknown(unknown);
        }
        String now = result.outText();
        if (now.equals(sha256)) {
            String backup = path.replaceFirst("([^/]*)$", "." + "$1" + ".drkit-" + time);
            return new ReplacedFile(
                    path, true, sha256, before.equals(FileReplacement.ABSENT) ? Optional.empty() : Optional.of(backup));
        }
        if (now.equals(before)) {
            throw new SiteUnreachableException(
                    where() + " was not replaced, and is as it was: " + unknown.getMessage()
                            + " Doing it again is safe.",
                    unknown);
        }
        throw new UnsafeToProceedException(where() + " is neither what it was nor what it was to become: another writes"
                + " to it. Look what it holds, and see to it that only one does.");
    }

    private OutcomeUnknownException unknown(OutcomeUnknownException cause) {
        return new OutcomeUnknownException(
                "It is not known whether " + where() + " was replaced: " + cause.getMessage()
                        + " It is whole, the old one or the new one. Read it, or replace it again, which is safe.",
                cause);
    }

    private UnsafeToProceedException refused(CommandResult result) {
        if (result.exitCode() == UNEXPECTED) {
            return new UnsafeToProceedException(where() + " was not replaced: it is not what was expected there, so"
                    + " another has changed it. Read it again and decide.");
        }
        return new UnsafeToProceedException(
                where() + " was not replaced, and is as it was: " + FileReading.reason(result) + ".");
    }

    private NodeCommand.Builder script(String script, String path, String... more) {
        String[] arguments = new String[3 + more.length];
        arguments[0] = path;
        arguments[1] = id;
        arguments[2] = sha256;
        System.arraycopy(more, 0, arguments, 3, more.length);
        return NodeCommand.script(script, arguments).title("replace " + path).deadline(deadline.left());
    }

    private String where() {
        return wanted.path() + " on " + node.name();
    }
}
