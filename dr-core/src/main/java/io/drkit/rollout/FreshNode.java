package io.drkit.rollout;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.FileReplacement;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeFile;
import java.time.Duration;
import java.util.Optional;

/**
 * A node on which Kubernetes is not installed yet: it gets the file that its kube-apiserver is to read, as root's alone, and nothing is restarted. A
 * folder that is missing is made, its parent is not.
 */
public final class FreshNode implements EncryptedApiserver {

    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Bytes FOLDER_WAS_THERE = Bytes.utf8("folder");

    private static final String LOOK = """
            if [ -e "$2" ]; then echo manifest; fi
            folder=${1%/*}
            if [ -d "$folder" ]; then echo folder; else folder=${folder%/*}; fi
            df -Pk -- "${folder:-/}" | { read -r _; read -r _ _ _ free _; echo "free $free"; }
            """;

    /**
     * $2 is whether the folder was there, $3 the checksum of what may be removed. What an earlier run had under way goes first, so that it can do
     * nothing any more.
     */
    private static final String REMOVE = """
            folder=${1%/*} name=${1##*/}
            [ -d "$folder" ] || exit 0
            rm -rf -- "$folder/.$name.drkit-new-"* || exit 45
            if [ -e "$1" ]; then
              sum=$(sha256sum < "$1") || exit 45
              [ "${sum%% *}" = "$3" ] || { echo 'another has changed it' >&2; exit 48; }
              rm -f -- "$1" || exit 45
            fi
            [ -n "$2" ] || rmdir -- "$folder" 2>/dev/null || [ -d "$folder" ]
            sync -- /
            """;

    private final NodeAccess node;
    private final String path;
    private final String manifest;

    /**
     * @param node is not closed
     * @param path where the file is to lie
     * @param manifest the static pod manifest that must not be there
     */
    public FreshNode(NodeAccess node, String path, String manifest) {
        this.node = node;
        this.path = path;
        this.manifest = manifest;
    }

    @Override
    public String name() {
        return node.name();
    }

    @Override
    public ApiserverState look() {
        Optional<Bytes> file = node.read(path).map(NodeFile::content);
        String said = run("look for kube-apiserver", LOOK, path, manifest);
        if (said.contains("manifest")) {
            throw new UnsafeToProceedException(node.name() + " is not fresh, for it has " + manifest
                    + ". Roll out without taking it for fresh, so that its kube-apiserver is restarted.");
        }
        long free = said.lines()
                .filter(line -> line.matches("free \\d+"))
                .mapToLong(line -> Long.parseLong(line.substring("free ".length())) << 10)
                .findFirst()
                .orElse(0);
        Bytes memo = said.contains(FOLDER_WAS_THERE.utf8()) ? FOLDER_WAS_THERE : Bytes.EMPTY;
        return new ApiserverState(path, file, "", "", "", "", "", free, memo);
    }

    @Override
    public Installation install(Bytes content, ApiserverState seen) {
        run("make the folder of " + path, "[ -d \"${1%/*}\" ] || mkdir -m 755 -- \"${1%/*}\"", path);
        try {
            Optional<String> backup = node.replace(FileReplacement.of(path, content)
                            .expectedContent(seen.file())
                            .deadline(DEADLINE)
                            .build())
                    .backup();
            return new Installation("the file is there", backup);
        } catch (SiteUnreachableException | UnsafeToProceedException e) {
            throw new OutcomeUnknownException("The folder may be there, but: " + e.getMessage(), e);
        }
    }

    @Override
    public void restore(ApiserverState before, Bytes installed) {
        Optional<Bytes> now = look().file();
        if (before.file().isEmpty()) {
            run("remove " + path, REMOVE, path, before.memo().utf8(), NodeFile.sha256(installed));
            return;
        }
        if (!now.equals(before.file()) && !now.equals(Optional.of(installed))) {
            throw new UnsafeToProceedException(
                    path + " on " + name() + " is neither what it was nor what was rolled out:"
                            + " another has changed it. Look what it holds, and put it right by hand.");
        }
        node.replace(FileReplacement.of(path, before.file().get())
                .expectedContent(now)
                .deadline(DEADLINE)
                .build());
    }

    private String run(String title, String script, String... arguments) {
        CommandResult result = node.run(NodeCommand.script(script, arguments)
                .title(title)
                .deadline(DEADLINE)
                .build());
        if (!result.succeeded()) {
            throw new OutcomeUnknownException(
                    node.name() + " did not " + title + ": " + result.errText() + ". Look why, and try again.", null);
        }
        return result.outText();
    }
}
