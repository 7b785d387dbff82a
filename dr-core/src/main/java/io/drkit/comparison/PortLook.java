package io.drkit.comparison;

/**
 * Whether a port takes connections, seen from somewhere.
 *
 * @param from the node that looked, or {@link #HERE}
 * @param to the address that was called
 * @param because why it is not known; empty otherwise
 */
public record PortLook(String from, String to, int port, State state, String because) {

    /** The machine that gathered the facts. */
    public static final String HERE = "here";

    /** How it was found. */
    public enum State {
        OPEN,
        CLOSED,
        UNKNOWN
    }

    /** @throws IllegalArgumentException when there is no such port */
    public PortLook {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("There is no port " + port + ".");
        }
    }
}
