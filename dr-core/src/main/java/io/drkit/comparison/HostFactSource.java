package io.drkit.comparison;

import io.drkit.node.CommandResult;
import io.drkit.node.HostFacts;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeGroup;
import io.drkit.node.NodeOutcome;
import io.drkit.node.NodeOutcome.Done;
import io.drkit.node.NodeOutcome.Failed;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a site's control-plane hosts say of themselves: names, systems, CNI configuration, clocks. */
public final class HostFactSource implements FactSource {

    /** The runtimes take the first file of the folder, in the order of bytes (libcni, ConfFiles). */
    private static final String CNI_TYPES = """
            LC_ALL=C
            export LC_ALL
            for file in /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist /etc/cni/net.d/*.json; do
              [ -f "$file" ] && printf '%s\\n' "$file"
            done | sort | head -n 1 | while IFS= read -r file; do
              grep -o '"type"[[:space:]]*:[[:space:]]*"[^"]*"' "$file"
            done | sed 's/.*"\\([^"]*\\)"$/\\1/'
            """;

    private final List<NodeAccess> nodes;
    private final Clock clock;
    private final Duration deadline;

    /**
     * @param nodes are not closed
     * @param clock that theirs are compared with; the same for both sites of a run
     * @param deadline for each node
     */
    public HostFactSource(List<? extends NodeAccess> nodes, Clock clock, Duration deadline) {
        this.nodes = List.copyOf(nodes);
        this.clock = clock;
        this.deadline = deadline;
    }

    @Override
    public void contribute(SiteFacts.Builder facts) {
        if (nodes.isEmpty()) {
            facts.hosts(Fact.unknown("no control-plane nodes are configured"));
            return;
        }
        Map<String, Fact<HostSummary>> hosts = new TreeMap<>();
        for (NodeOutcome<HostSummary> outcome :
                NodeGroup.of(nodes, nodes.size()).each(this::look)) {
            hosts.put(outcome.node(), Fact.look(() -> value(outcome)));
        }
        facts.hosts(Fact.of(hosts));
    }

    private HostSummary look(NodeAccess node) {
        HostFacts facts = HostFacts.of(node, List.of(), clock, deadline);
        CommandResult types = node.run(NodeCommand.script(CNI_TYPES)
                .title("look at the CNI configuration")
                .deadline(deadline)
                .build());
        return HostSummary.of(
                facts,
                types.outText().isEmpty() ? List.of() : types.outText().lines().toList());
    }

    private static Fact<HostSummary> value(NodeOutcome<HostSummary> outcome) {
        if (outcome instanceof Failed<HostSummary> failed) {
            throw failed.failure();
        }
        return Fact.of(((Done<HostSummary>) outcome).value());
    }
}
