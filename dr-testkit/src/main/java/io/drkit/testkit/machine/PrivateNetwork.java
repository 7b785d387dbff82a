package io.drkit.testkit.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network of {@linkplain Machine machines} with this one as a member, and nobody else: a bridge in a namespace of its own. Addresses are of
 * 198.18.0.0/15, which is set aside for testing (RFC 2544). Needs what {@link #canBeHad} says. Thread-safe.
 */
public final class PrivateNetwork implements AutoCloseable {

    private static final int ATTEMPTS = 20;

    private final Namespace bridge = new Namespace();
    private final List<Machine> machines = new ArrayList<>();
    private final String prefix;

    private PrivateNetwork(int number) {
        prefix = "198.18." + number + ".";
        String name = "drkit" + number;
        try {
            bridge.ip("link", "add", "lan", "type", "bridge");
            bridge.ip("link", "set", "dev", "lan", "up");
            String pid = Long.toString(bridge.pid());
            Namespace.ipHere("link", "add", name, "type", "veth", "peer", "name", "host", "netns", pid);
            bridge.ip("link", "set", "dev", "host", "master", "lan");
            bridge.ip("link", "set", "dev", "host", "up");
            Namespace.ipHere("addr", "add", prefix + "1/24", "dev", name);
            Namespace.ipHere("link", "set", "dev", name, "up");
        } catch (RuntimeException e) {
            bridge.close();
            throw e;
        }
    }

    /** Whether there can be one here: as root, with iproute2 installed, where network namespaces are allowed. */
    public static boolean canBeHad() {
        if (!"root".equals(System.getProperty("user.name")) || !Files.isExecutable(Path.of("/usr/sbin/ip"))) {
            return false;
        }
        try (PrivateNetwork network = start()) {
            network.machine();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** @throws IllegalStateException where none can be had */
    public static PrivateNetwork start() {
        for (int attempt = 1; ; attempt++) {
            try {
                return new PrivateNetwork(ThreadLocalRandom.current().nextInt(256));
            } catch (IllegalStateException e) {
                // Another test has this number.
                if (attempt == ATTEMPTS || !String.valueOf(e.getMessage()).contains("File exists")) {
                    throw e;
                }
            }
        }
    }

    /** Another machine, which ends with the network at the latest. */
    public synchronized Machine machine() {
        Machine machine = new Machine(bridge, "m" + machines.size(), prefix + (2 + machines.size()));
        machines.add(machine);
        return machine;
    }

    /** Ends its machines' network. Their processes are whose they are. */
    @Override
    public synchronized void close() {
        machines.forEach(Machine::close);
        bridge.close();
    }
}
