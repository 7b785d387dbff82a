package io.drkit.node;

import java.util.Set;

/** What a {@link PortFence} found on a node. */
public sealed interface PortState {

    /** There is no fence; whether another rule closes the port is not looked at. */
    record Open() implements PortState {

        @Override
        public String toString() {
            return "open";
        }
    }

    /**
     * The fence is there, whole.
     *
     * @param allowed who passes it, besides the node itself
     */
    record Closed(Set<AddressRange> allowed) implements PortState {

        public Closed {
            allowed = Set.copyOf(allowed);
        }

        /** Without whom it lets through. */
        @Override
        public String toString() {
            return "closed to all but "
                    + (allowed.isEmpty()
                            ? "the node itself"
                            : String.join(
                                    ", ",
                                    allowed.stream()
                                            .map(Object::toString)
                                            .sorted()
                                            .toList()));
        }
    }

    /**
     * There is a fence, but not as {@link PortFence} leaves one: closing was cut off in the midst, or another changed it. Closing or opening
     * again makes it one or the other.
     *
     * @param why what is wrong with it
     */
    record Unclear(String why) implements PortState {

        @Override
        public String toString() {
            return "neither open nor closed: " + why;
        }
    }
}
