package io.drkit.rollout;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import java.util.Optional;

/**
 * A kube-apiserver and the file that tells it how to encrypt. {@link StaticPodApiserver} is one on a node; who runs kube-apiserver in another way
 * implements this. Closes nothing. One thread at a time.
 *
 * <p>All calls block until their own deadlines, may be repeated, and end early when the thread is interrupted, which stays interrupted.
 */
public interface EncryptedApiserver {

    /** How it is called in messages: the node's name, say. */
    String name();

    /**
     * Looks at the file and at the server. Changes nothing.
     *
     * @throws SiteUnreachableException when the node does not answer
     * @throws UnsafeToProceedException when this is no kube-apiserver that a file tells how to encrypt
     */
    ApiserverState look();

    /**
     * Makes {@code content} the file, if it still is what was {@code seen} or is {@code content} already, and returns when the server that runs has
     * read it and is ready.
     *
     * @throws SiteUnreachableException when nothing was changed
     * @throws UnsafeToProceedException when the file is another by now, or cannot be replaced; nothing was changed
     * @throws OutcomeUnknownException when it may have been replaced, or was, and the server did not come to be ready with it
     */
    Installation install(Bytes content, ApiserverState seen);

    /**
     * Puts everything back as it was {@code before}, and returns when the server that runs has read that and is ready. Does nothing where all is as
     * it was.
     *
     * @param installed what was, or may have been, made the file since
     * @throws SiteUnreachableException when nothing was changed
     * @throws UnsafeToProceedException when the file is neither, so that another has changed it
     * @throws OutcomeUnknownException when it is not known whether all is back
     */
    void restore(ApiserverState before, Bytes installed);

    /**
     * What was done.
     *
     * @param how the server came to read the file, as a few words
     * @param backup where the old file lies on the node, if it was replaced and kept
     */
    record Installation(String how, Optional<String> backup) {}
}
