/** A control-plane node for tests: a real OpenSSH server, and on it stand-ins for the kubelet and kube-apiserver, which cannot be had here. */
@NullMarked
package io.drkit.testkit.controlplane;

import org.jspecify.annotations.NullMarked;
