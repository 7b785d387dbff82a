package io.drkit.volume;

/** Is told how far a flow has come. Called from several threads. */
@FunctionalInterface
public interface ClaimProgress {

    /** Tells nobody. */
    ClaimProgress NONE = (what, done, total) -> {};

    /**
     * @param what is being done: {@code final sync}
     * @param done for how many claims it is done
     * @param total of how many; 0 for what is done once for all
     */
    void at(String what, int done, int total);
}
