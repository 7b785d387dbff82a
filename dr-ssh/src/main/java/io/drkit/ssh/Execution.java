package io.drkit.ssh;

import com.jcraft.jsch.ChannelExec;
import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeCommand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One command on a line that is up.
 *
 * <p>What is sent is a small script around the command. It prints a mark, waits for the word, and only then becomes the command: so it is known
 * that nothing was started as long as the word was not given, and what others print before (a login script, sudo) is told apart. The command is
 * put under {@code timeout}, which ends it on the node even when this connection is gone. sudo gets its password only when it asks, by a prompt
 * that nobody else would print, so that it can never be taken for the command's input.
 */
final class Execution {

    private static final String BOOT = "printf '%s\\n' \"$1\"; printf '%s\\n' \"$1\" >&2; IFS= read -r go || exit 125; "
            + "[ \"$go\" = go ] || exit 125; n=$2; shift 2; exec timeout -k 5 \"$n\" \"$@\"";

    private static final Duration POLITENESS = Duration.ofMillis(300);

    private static final Map<String, Integer> SIGNALS = Map.ofEntries(
            Map.entry("HUP", 1),
            Map.entry("INT", 2),
            Map.entry("QUIT", 3),
            Map.entry("ILL", 4),
            Map.entry("ABRT", 6),
            Map.entry("FPE", 8),
            Map.entry("KILL", 9),
            Map.entry("USR1", 10),
            Map.entry("SEGV", 11),
            Map.entry("USR2", 12),
            Map.entry("PIPE", 13),
            Map.entry("ALRM", 14),
            Map.entry("TERM", 15));

    private final SshConnection to;
    private final NodeCommand command;
    private final String nonce = UUID.randomUUID().toString().replace("-", "");
    private final String prompt = "drkit-asks-" + nonce + ":";
    private final Feed feed = new Feed();
    private final Catch out;
    private final Catch err;

    private boolean given;
    private int asked;
    private volatile boolean lost;
    private volatile @Nullable RuntimeException noPassword;

    Execution(SshConnection to, NodeCommand command) {
        this.to = to;
        this.command = command;
        this.out = new Catch(nonce, command.outputLimit(), this::news);
        this.err = new Catch(nonce, command.outputLimit(), this::news);
    }

    /** Whether the line turned out to be dead before the command was started. */
    boolean lostBeforeStart() {
        return lost && !isGiven();
    }

    private synchronized boolean isGiven() {
        return given;
    }

    /**
     * Runs it until {@code end}, on {@link System#nanoTime}. When this throws, the line must be hung up.
     *
     * @throws SiteUnreachableException when it was not started
     * @throws OutcomeUnknownException when it was
     */
    CommandResult run(SshLine line, long end) {
        try {
            ChannelExec channel = line.channel();
            channel.setCommand(remote(end).getBytes(StandardCharsets.UTF_8));
            channel.setInputStream(feed);
            channel.setOutputStream(out);
            channel.setErrStream(err);
            Attempt.within(left(end), "drkit-ssh-open", () -> {
                // Attempt's time is up first.
                channel.connect((int) Math.min(Integer.MAX_VALUE, left(end).toMillis() + 1_000));
                return channel;
            });
            try {
                await(channel, end);
            } catch (InterruptedException | TimeoutException e) {
                stop(channel);
                throw e;
            }
            return result(channel);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted", e);
        } catch (TimeoutException e) {
            throw failed("no answer within " + command.deadline().toMillis() + " ms", e);
        } catch (DrException e) {
            throw e;
        } catch (Exception e) {
            if (e == noPassword) {
                throw (RuntimeException) e;
            }
            throw lost(e);
        } finally {
            feed.close();
        }
    }

    private String remote(long end) {
        NodeCommand.Builder boot = NodeCommand.script(BOOT, nonce, seconds(left(end)));
        String script = boot.build().line();
        String line = command.line();
        if (to.sudo() == null) {
            return "exec " + script + " " + line;
        }
        String sudo = to.sudo().password() == null ? "sudo -n --" : "sudo -S -p " + NodeCommand.quote(prompt) + " --";
        return "exec " + sudo + " " + script + " " + line;
    }

    /** A little later than here, so that here says what happened. */
    private static String seconds(Duration left) {
        return Long.toString(left.toSeconds() + 2);
    }

    /** Told whenever something was printed: sudo's prompt, or the mark. */
    private synchronized void news() {
        if (given) {
            return;
        }
        if (out.isMarked()) {
            given = true;
            feed.add("go\n".getBytes(StandardCharsets.UTF_8));
            feed.add(command.input().unsafeArray());
            feed.end();
            return;
        }
        SshConnection.Sudo sudo = to.sudo();
        if (sudo != null && sudo.password() != null && !err.isMarked()) {
            int prompts = prompts();
            if (prompts > asked) {
                asked = prompts;
                if (prompts == 1) {
                    answer(sudo.password());
                } else {
                    // It did not like the first one; another attempt could lock the user out.
                    feed.end();
                }
            }
        }
    }

    /** On jsch's thread, which what a supplier throws would end. */
    private void answer(Supplier<char[]> password) {
        try {
            feed.addAndWipe(Secrets.ask(password, "\n"));
        } catch (RuntimeException e) {
            noPassword = e;
            feed.end();
        }
    }

    private int prompts() {
        String said = err.bytes().utf8();
        int count = 0;
        for (int at = said.indexOf(prompt); at >= 0; at = said.indexOf(prompt, at + 1)) {
            count++;
        }
        return count;
    }

    private static void await(ChannelExec channel, long end) throws InterruptedException, TimeoutException {
        // jsch tells nobody when a channel has closed.
        for (long pause = 1; !channel.isClosed(); pause = Math.min(10, pause + 1)) {
            if (System.nanoTime() > end) {
                throw new TimeoutException();
            }
            TimeUnit.MILLISECONDS.sleep(pause);
        }
    }

    /** Asks the node to end the command; where that does not help, {@code timeout} does. */
    private static void stop(ChannelExec channel) {
        boolean interrupted = Thread.interrupted();
        try {
            Attempt.within(POLITENESS, "drkit-ssh-stop", () -> {
                channel.sendSignal("TERM");
                return channel;
            });
        } catch (Exception e) {
            // It was worth a try.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private CommandResult result(ChannelExec channel) {
        int exit = channel.getExitStatus();
        String signal = channel.getExitSignal();
        if (exit < 0 && signal != null && !signal.isEmpty()) {
            exit = 128 + SIGNALS.getOrDefault(signal, 0);
        }
        if (exit < 0) {
            throw lost(null);
        }
        RuntimeException unasked = noPassword;
        if (unasked != null) {
            throw unasked;
        }
        if (!isGiven()) {
            throw refused();
        }
        return new CommandResult(exit, out.bytes(), err.bytes(), out.isTruncated() || err.isTruncated());
    }

    private SiteUnreachableException refused() {
        if (asked > 1) {
            return new SiteUnreachableException(to.name() + ": sudo does not take the password. " + title()
                    + " was not started. Give the right one, before the user is locked out.");
        }
        String said = err.bytes().utf8().replace(prompt, "").strip();
        String last = said.lines().reduce((first, second) -> second).orElse("it says nothing");
        return new SiteUnreachableException(to.name() + " did not start " + title() + ": " + last + ".");
    }

    private DrException lost(@Nullable Throwable cause) {
        lost = true;
        return failed("the connection was lost", cause);
    }

    private DrException failed(String why, @Nullable Throwable cause) {
        if (isGiven()) {
            return new OutcomeUnknownException(
                    to.name() + ": " + why + " while " + title()
                            + " was running. Look what it did before you repeat it.",
                    cause);
        }
        String said =
                to.sudo() == null ? "" : err.bytes().utf8().replace(prompt, "").strip();
        return new SiteUnreachableException(
                to.name() + ": " + why + " before " + title() + " was started."
                        + (said.isEmpty()
                                ? ""
                                : " The node said: " + said.lines().findFirst().orElse("")),
                cause);
    }

    private String title() {
        return "\"" + command.title() + "\"";
    }

    private static Duration left(long end) {
        return Duration.ofNanos(Math.max(1_000_000, end - System.nanoTime()));
    }
}
