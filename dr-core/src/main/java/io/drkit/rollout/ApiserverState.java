package io.drkit.rollout;

import io.drkit.keystore.Bytes;
import java.util.Optional;

/**
 * A kube-apiserver and its file at one moment.
 *
 * @param path where the file lies on the node
 * @param file what it holds; empty where there is none. Bears secrets, and is shown nowhere
 * @param server which process serves; another after every restart, empty when none does
 * @param ready whether it is, by its {@code /readyz}
 * @param unready why not, in a few words; empty when it is
 * @param registryPrefix its {@code --etcd-prefix}
 * @param freeBytes what is free where the file lies
 * @param memo what else {@link EncryptedApiserver#restore} needs to put all back; opaque
 */
public record ApiserverState(
        String path,
        Optional<Bytes> file,
        String server,
        boolean ready,
        String unready,
        String registryPrefix,
        long freeBytes,
        Bytes memo) {

    /** Shows no content. */
    @Override
    public String toString() {
        return "ApiserverState[" + path + ", server " + server + ", " + (ready ? "ready" : "not ready: " + unready)
                + "]";
    }
}
