/**
 * Real OpenSSH servers for tests: {@link io.drkit.testkit.ssh.OpenSshServer}, Debian's sshd on loopback, several as several nodes. Not for
 * production.
 */
@NullMarked
package io.drkit.testkit.ssh;

import org.jspecify.annotations.NullMarked;
