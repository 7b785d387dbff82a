/**
 * Control-plane nodes: {@link io.drkit.node.NodeAccess} runs commands on one and reads and replaces its files, {@link
 * io.drkit.node.HostFacts} and {@link io.drkit.node.PortFence} are recipes on it, and a {@link io.drkit.node.NodeGroup} does the same on several at
 * once. How a node is reached is a backend's.
 */
@NullMarked
package io.drkit.node;

import org.jspecify.annotations.NullMarked;
