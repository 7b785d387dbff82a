package io.drkit.rollout;

import io.drkit.keystore.Bytes;
import java.util.Optional;

/**
 * A kube-apiserver and its file at one moment.
 *
 * @param path where the file lies on the node
 * @param file what it holds; empty where there is none. Bears secrets, and is shown nowhere
 * @param server which process serves; another after every restart, empty when none does
 * @param unready why it is not ready, or not known to have read the file, in a few words; empty when all is well
 * @param obstacle why no other file can be rolled out here, in a few words; empty when nothing is in the way
 * @param address by which it is known in etcd: its {@code --advertise-address}; empty where it is not told
 * @param registryPrefix its {@code --etcd-prefix}
 * @param freeBytes what is free on the disk with the least room of those that are written to
 * @param memo what else {@link EncryptedApiserver#restore} needs to put all back; opaque
 */
public record ApiserverState(
        String path,
        Optional<Bytes> file,
        String server,
        String unready,
        String obstacle,
        String address,
        String registryPrefix,
        long freeBytes,
        Bytes memo) {

    /** Whether it serves, and by this file. */
    public boolean ready() {
        return unready.isEmpty();
    }

    boolean holds(Bytes content) {
        return file.equals(Optional.of(content));
    }

    /** Shows no content. */
    @Override
    public String toString() {
        return "ApiserverState[" + path + ", server " + server + ", " + (ready() ? "ready" : "not ready: " + unready)
                + "]";
    }
}
