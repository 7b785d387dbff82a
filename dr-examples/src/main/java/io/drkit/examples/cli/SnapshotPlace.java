package io.drkit.examples.cli;

import io.drkit.node.NodeAccess;
import io.drkit.snapshot.NodeSnapshotFolder;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotStore;
import io.drkit.ssh.SshConnection;
import io.drkit.ssh.SshNodeAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** Where snapshots are kept, and the connection that is closed in the end. */
public final class SnapshotPlace implements AutoCloseable {

    private static final Pattern ON_NODE = Pattern.compile("(?<node>[A-Za-z0-9][A-Za-z0-9._-]*):(?<folder>/.*)");

    private final SnapshotStore store;
    private final @Nullable NodeAccess node;

    private SnapshotPlace(SnapshotStore store, @Nullable NodeAccess node) {
        this.store = store;
        this.node = node;
    }

    static SnapshotPlace of(String text, @Nullable Path config, Function<String, ParameterException> usage) {
        Matcher onNode = ON_NODE.matcher(text);
        if (!onNode.matches()) {
            return new SnapshotPlace(new SnapshotFolder(Path.of(text)), null);
        }
        if (config == null) {
            throw usage.apply("Missing required option '--config': the file that says how " + onNode.group("node")
                    + " is reached, under nodes:");
        }
        List<SshConnection> hosts = ConfigFile.read(config, System::getenv).nodes(onNode.group("node"));
        if (hosts.size() != 1) {
            throw usage.apply(onNode.group("node") + " in --config has " + hosts.size()
                    + " hosts, and a place for snapshots is one");
        }
        SshNodeAccess node = new SshNodeAccess(hosts.get(0));
        return new SnapshotPlace(new NodeSnapshotFolder(node, onNode.group("folder")), node);
    }

    public SnapshotStore store() {
        return store;
    }

    @Override
    public void close() {
        if (node != null) {
            node.close();
        }
    }
}
