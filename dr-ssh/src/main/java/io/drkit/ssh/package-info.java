/**
 * {@link io.drkit.ssh.SshNodeAccess}: control-plane nodes over SSH, described by an {@link io.drkit.ssh.SshConnection}.
 *
 * <p>jsch does the protocol and shows nowhere. It has no deadlines that hold in every state, so a connection whose time is up is ended by closing
 * its socket, which works from any thread and in any state.
 */
@NullMarked
package io.drkit.ssh;

import org.jspecify.annotations.NullMarked;
