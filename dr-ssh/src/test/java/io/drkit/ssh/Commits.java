package io.drkit.ssh;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A node whose network fails around exactly one command: the one by which a staged file takes its name. The rest is real. */
final class Commits implements NodeAccess {

    private final NodeAccess node;

    /** The commit is done, and its answer lost. */
    boolean loseAnswer;

    /** The commit is on its way until {@link #late}. */
    boolean holdBack;

    /** After the commit the node cannot be reached. */
    boolean downAfterwards;

    /** What happens before the commit. */
    @Nullable Runnable before;

    private boolean down;
    private @Nullable NodeCommand held;

    Commits(NodeAccess node) {
        this.node = node;
    }

    @Override
    public String name() {
        return node.name();
    }

    @Override
    public CommandResult run(NodeCommand command) {
        if (command.arguments().stream().anyMatch(argument -> argument.contains("mv -fT"))) {
            return commit(command);
        }
        if (down) {
            throw new SiteUnreachableException("down, by this test");
        }
        return node.run(command);
    }

    private CommandResult commit(NodeCommand command) {
        if (before != null) {
            before.run();
        }
        if (holdBack) {
            held = command;
            throw new OutcomeUnknownException("held back, by this test.", null);
        }
        CommandResult result = node.run(command);
        down = downAfterwards;
        if (loseAnswer) {
            throw new OutcomeUnknownException("answer lost, by this test.", null);
        }
        return result;
    }

    /** The node can be reached again. */
    void up() {
        down = false;
        downAfterwards = false;
    }

    /** The commit that was held back arrives. */
    CommandResult late() {
        return node.run(Objects.requireNonNull(held));
    }

    @Override
    public void close() {
        node.close();
    }
}
