/**
 * Bringing an encryption configuration to every kube-apiserver of a site, one after another, or leaving all of them as they were: {@link
 * io.drkit.rollout.EncryptionRollout} decides, an {@link io.drkit.rollout.EncryptedApiserver} does it on one node, and a {@link
 * io.drkit.rollout.RolloutRecord} lets the same command go on after it was killed.
 */
@NullMarked
package io.drkit.rollout;

import org.jspecify.annotations.NullMarked;
