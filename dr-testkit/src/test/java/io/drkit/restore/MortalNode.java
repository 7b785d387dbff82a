package io.drkit.restore;

import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;

/** Nodes that are reached by a process that is killed at some command: from then on nothing is sent any more. */
final class MortalNode implements NodeAccess {

    /** When it is killed, for all nodes together. */
    static final class Fate {

        private final BiPredicate<Integer, NodeCommand> strikesAfter;
        private final AtomicInteger commands = new AtomicInteger();
        private volatile String last = "";
        private volatile boolean dead;

        private Fate(BiPredicate<Integer, NodeCommand> strikesAfter) {
            this.strikesAfter = strikesAfter;
        }

        /**
         * When a command has taken effect, and nobody has heard of it; for one node that is also before the next. Those that only look do not count.
         */
        static Fate after(int command) {
            return new Fate((number, each) -> number == command);
        }

        static Fate after(String title) {
            return new Fate((number, each) -> each.title().startsWith(title));
        }

        static Fate none() {
            return new Fate((number, each) -> false);
        }

        boolean struck() {
            return dead;
        }

        /** What was the last that was done. */
        String last() {
            return last;
        }

        List<NodeAccess> over(List<NodeAccess> nodes) {
            List<NodeAccess> mortal = new ArrayList<>();
            nodes.forEach(node -> mortal.add(new MortalNode(node, this)));
            return mortal;
        }

        private synchronized boolean strikes(NodeCommand command) {
            if (command.title().matches("(look|read|ask) .*")) {
                return false;
            }
            last = command.title();
            return strikesAfter.test(commands.incrementAndGet(), command);
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
        boolean now = fate.strikes(command);
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
