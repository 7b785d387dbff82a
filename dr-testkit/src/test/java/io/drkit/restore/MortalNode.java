package io.drkit.restore;

import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Nodes that are reached by a process that is killed at some command: from then on nothing is sent any more. */
final class MortalNode implements NodeAccess {

    /** When it is killed, for all nodes together. */
    static final class Fate {

        private final int at;
        private final boolean afterIt;
        private final AtomicInteger commands = new AtomicInteger();
        private volatile String last = "";
        private volatile boolean dead;

        /** @param at the number of the command, from 1; before it is sent, or after it has taken effect */
        Fate(int at, boolean afterIt) {
            this.at = at;
            this.afterIt = afterIt;
        }

        static Fate none() {
            return new Fate(Integer.MAX_VALUE, false);
        }

        int commands() {
            return commands.get();
        }

        boolean struck() {
            return dead;
        }

        /** What was at work when it came. */
        String last() {
            return last;
        }

        List<NodeAccess> over(List<NodeAccess> nodes) {
            List<NodeAccess> mortal = new ArrayList<>();
            nodes.forEach(node -> mortal.add(new MortalNode(node, this)));
            return mortal;
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final NodeAccess node;
    private final Fate fate;

    private MortalNode(NodeAccess node, Fate fate) {
        this.node = node;
        this.fate = fate;
    }

    @Override
    public String name() {
        return node.name();
    }

    @Override
    public CommandResult run(NodeCommand command) {
        if (fate.dead) {
            throw new Killed();
        }
        boolean now = fate.commands.incrementAndGet() == fate.at;
        if (now) {
            fate.last = command.title();
        }
        if (now && !fate.afterIt) {
            fate.dead = true;
            throw new Killed();
        }
        CommandResult result = node.run(command);
        if (now) {
            fate.dead = true;
        }
        if (fate.dead) {
            throw new Killed();
        }
        return result;
    }

    @Override
    public void close() {}
}
