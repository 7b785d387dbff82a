package io.drkit.ssh;

import io.drkit.SiteUnreachableException;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A node over SSH. Connects when the first command is run, uses the connection for those that follow, and connects anew when it was lost. The
 * node's login shell must be one that understands POSIX quotation: sh, bash, dash, ksh or zsh.
 *
 * <p>Whoever is logged in on the node sees commands and their arguments, as on any machine; passwords and input they do not see. Where sudo is
 * configured to record input ({@code log_input}), it records what commands run by it read.
 */
public final class SshNodeAccess implements NodeAccess {

    private final SshConnection to;
    private final ReentrantLock busy = new ReentrantLock(true);
    private volatile @Nullable SshLine line;
    private volatile boolean closed;

    /** Connects to nothing yet. */
    public SshNodeAccess(SshConnection to) {
        this.to = to;
    }

    @Override
    public String name() {
        return to.name();
    }

    @Override
    public CommandResult run(NodeCommand command) {
        long end = System.nanoTime() + command.deadline().toNanos();
        try {
            if (!busy.tryLock(command.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SiteUnreachableException(name() + " was busy with another command all the time. \""
                        + command.title() + "\" was not started.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException(
                    name() + ": interrupted before \"" + command.title() + "\" was started.", e);
        }
        try {
            return run(command, end);
        } finally {
            busy.unlock();
        }
    }

    private CommandResult run(NodeCommand command, long end) {
        SshLine used = line;
        if (used != null && used.isUp()) {
            Execution again = new Execution(to, command);
            try {
                return run(again, used, end);
            } catch (SiteUnreachableException e) {
                // It may have been dead for long. Nothing was started, so a new one may be tried.
                if (!again.lostBeforeStart()) {
                    throw e;
                }
            }
        }
        hangUp();
        if (closed) {
            throw new IllegalStateException("The access to " + name() + " is closed.");
        }
        SshLine fresh = SshLine.dial(to, Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime())));
        line = fresh;
        if (closed) {
            hangUp();
        }
        return run(new Execution(to, command), fresh, end);
    }

    private CommandResult run(Execution execution, SshLine on, long end) {
        try {
            return execution.run(on, end);
        } catch (RuntimeException e) {
            hangUp();
            throw e;
        }
    }

    private void hangUp() {
        SshLine up = line;
        line = null;
        if (up != null) {
            up.hangUp();
        }
    }

    /** Ends the connection; a command that is running fails as if it had been lost. */
    @Override
    public void close() {
        closed = true;
        hangUp();
    }
}
