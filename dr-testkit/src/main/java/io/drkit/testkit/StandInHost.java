package io.drkit.testkit;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A control-plane host that is played, for comparisons of sites: it answers what they ask, with a clock that may be off, CNI plugins and ports of the other
 * site as a test has them. Everything else fails.
 */
public final class StandInHost implements NodeAccess {

    private final String name;
    private final String hostname;
    private Duration clockAhead = Duration.ZERO;
    private Duration delay = Duration.ZERO;
    private List<String> cniPlugins = List.of("calico", "portmap");
    private final Set<Integer> closed = new HashSet<>();
    private final Set<Integer> silent = new HashSet<>();
    private boolean down;

    public StandInHost(String name, String hostname) {
        this.name = name;
        this.hostname = hostname;
    }

    /** By how much its clock is ahead. */
    public StandInHost clockAhead(Duration clockAhead) {
        this.clockAhead = clockAhead;
        return this;
    }

    /** How long each answer takes to come back. */
    public StandInHost delay(Duration delay) {
        this.delay = delay;
        return this;
    }

    /** The types in its CNI configuration. */
    public StandInHost cniPlugins(String... types) {
        this.cniPlugins = List.of(types);
        return this;
    }

    /** A port of the other site that takes no connection from here. */
    public StandInHost closed(int port) {
        closed.add(port);
        return this;
    }

    /** A port of the other site of which it says nothing. */
    public StandInHost silent(int port) {
        silent.add(port);
        return this;
    }

    /** From now on it cannot be reached. */
    public StandInHost down() {
        this.down = true;
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CommandResult run(NodeCommand command) {
        if (down) {
            throw new SiteUnreachableException(name + " refuses the connection.");
        }
        Instant now = Instant.now().plus(clockAhead);
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException(name + ": interrupted.", e);
        }
        if (command.arguments().get(0).equals("date")) {
            return said(String.format("%d.%09d\n", now.getEpochSecond(), now.getNano()));
        }
        return switch (command.title()) {
            case "look at the host" -> said("hostname\t" + hostname + "\nkernel\t6.1.0\nos\tDebian 12\n");
            case "look at the CNI configuration" -> said(String.join("\n", cniPlugins));
            case "call ports of the other site" -> said(calls(command.arguments()));
            default -> new CommandResult(127, Bytes.EMPTY, Bytes.utf8("not found"), false);
        };
    }

    /** Behind {@code sh -c SCRIPT sh SECONDS} come addresses and ports. */
    private String calls(List<String> arguments) {
        StringBuilder said = new StringBuilder();
        for (int i = 5; i + 1 < arguments.size(); i += 2) {
            if (silent.contains(Integer.parseInt(arguments.get(i + 1)))) {
                continue;
            }
            boolean shut = closed.contains(Integer.parseInt(arguments.get(i + 1)));
            said.append(shut ? "CLOSED " : "OPEN ")
                    .append(arguments.get(i))
                    .append(' ')
                    .append(arguments.get(i + 1))
                    .append('\n');
        }
        return said.toString();
    }

    private static CommandResult said(String text) {
        return new CommandResult(0, Bytes.utf8(text), Bytes.EMPTY, false);
    }

    @Override
    public void close() {}
}
