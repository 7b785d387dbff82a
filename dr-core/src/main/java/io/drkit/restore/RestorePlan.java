package io.drkit.restore;

import io.drkit.snapshot.Snapshot;
import java.util.List;

/**
 * What a restore would do. {@link #toString} is for people.
 *
 * @param underWay the id of the restore that an earlier run began and this one goes on with; empty for a new one
 * @param next what would be done: restore, go on, finish, take back
 * @param cluster name and peer URL of each member, as etcd's {@code --initial-cluster} has it
 * @param bumpRevision by how much the revision is raised; 0 for not at all
 * @param nodes one a node, in order
 * @param notes what a person should know before
 */
public record RestorePlan(
        Snapshot snapshot,
        String underWay,
        String next,
        String cluster,
        long bumpRevision,
        List<NodePlan> nodes,
        List<String> notes) {

    public RestorePlan {
        nodes = List.copyOf(nodes);
        notes = List.copyOf(notes);
    }

    /**
     * One node.
     *
     * @param member its etcd's name
     * @param data etcd's data folder, on the node
     * @param tool what restores there, and its version
     * @param freeBytes on the disk of the data
     * @param neededBytes what of that is needed at most
     * @param pods those static pods of the control plane that are there and are stopped, by file name
     * @param running those of their programs that run
     * @param phase how far an earlier run came; empty for not at all
     */
    public record NodePlan(
            String node,
            String member,
            String peerUrl,
            String data,
            String tool,
            long freeBytes,
            long neededBytes,
            List<String> pods,
            List<String> running,
            String phase) {

        public NodePlan {
            pods = List.copyOf(pods);
            running = List.copyOf(running);
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(next).append(' ').append(snapshot.name()).append(" of ").append(snapshot.taken());
        text.append(", revision ").append(snapshot.revision());
        text.append(snapshot.keys() == null ? "" : ", " + snapshot.keys() + " keys");
        text.append(bumpRevision == 0 ? ", not raised" : ", raised by " + bumpRevision)
                .append('\n');
        if (!underWay.isEmpty()) {
            text.append("an earlier run began it as ").append(underWay).append('\n');
        }
        for (NodePlan node : nodes) {
            text.append(node.node())
                    .append(": member ")
                    .append(node.member())
                    .append(" at ")
                    .append(node.peerUrl());
            text.append(", data in ")
                    .append(node.data())
                    .append(", by ")
                    .append(node.tool().isEmpty() ? "no tool" : node.tool());
            text.append(", ")
                    .append(node.freeBytes() >> 20)
                    .append(" MiB free, ")
                    .append(node.neededBytes() >> 20);
            text.append(" MiB needed; stops ").append(String.join(", ", node.pods()));
            text.append(node.phase().isEmpty() ? "\n" : "; came as far as \"" + node.phase() + "\"\n");
        }
        notes.forEach(note -> text.append("note: ").append(note).append('\n'));
        return text.toString();
    }
}
