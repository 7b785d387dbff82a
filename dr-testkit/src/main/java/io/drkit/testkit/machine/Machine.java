package io.drkit.testkit.machine;

import java.util.List;

/**
 * A machine as far as its network is concerned: an address, ports and a firewall of its own, so that servers listen at their usual ports. The file system,
 * users and processes are this machine's.
 */
public final class Machine {

    private final Namespace bridge;
    private final String port;
    private final String address;
    private final Namespace own = new Namespace();

    Machine(Namespace bridge, String port, String address) {
        this.bridge = bridge;
        this.port = port;
        this.address = address;
        bridge.ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", Long.toString(own.pid()));
        bridge.ip("link", "set", "dev", port, "master", "lan");
        bridge.ip("link", "set", "dev", port, "up");
        own.ip("addr", "add", address + "/24", "dev", "eth0");
        own.ip("link", "set", "dev", "eth0", "up");
        own.ip("link", "set", "dev", "lo", "up");
    }

    /** By which this machine and the others of its network reach it. */
    public String address() {
        return address;
    }

    /** The command line that runs a command on it, as the same process. */
    public List<String> inside(List<String> command) {
        return own.inside(command);
    }

    /** Pulls its cable: nobody reaches it, and it nobody, until {@link #heal}. */
    public void cut() {
        bridge.ip("link", "set", "dev", port, "down");
    }

    public void heal() {
        bridge.ip("link", "set", "dev", port, "up");
    }

    void close() {
        own.close();
    }

    @Override
    public String toString() {
        return address;
    }
}
