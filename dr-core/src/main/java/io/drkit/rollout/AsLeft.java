package io.drkit.rollout;

import io.drkit.DrException;
import io.drkit.UnsafeToProceedException;
import io.drkit.rollout.Rollout.Entry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Looks whether the nodes are as the rollout left them: each with the file that it was given, and a server that is ready with it. */
final class AsLeft {

    private final List<? extends EncryptedApiserver> servers;
    private final Duration patience;

    /** @param patience how long a server that is not ready is waited for, for it may be between two starts */
    AsLeft(List<? extends EncryptedApiserver> servers, Duration patience) {
        this.servers = servers;
        this.patience = patience;
    }

    /**
     * What is not as it was left.
     *
     * @param isAnothers whether somebody else changed a file, so that a person must look
     */
    record Trouble(boolean isAnothers, String text) {

        UnsafeToProceedException refusal() {
            return new UnsafeToProceedException(text + " Look at it; then run it again, or take it back.");
        }
    }

    /** Empty when all is well. A server that is begun with need not be ready. */
    Optional<Trouble> trouble(Rollout rollout) {
        for (int i = 0; i < servers.size(); i++) {
            Optional<Trouble> trouble =
                    trouble(servers.get(i), rollout, rollout.entries().get(i));
            if (trouble.isPresent()) {
                return trouble;
            }
        }
        return Optional.empty();
    }

    /**
     * That a site does not lose the last server that is ready when this one is restarted.
     *
     * @throws UnsafeToProceedException when it would
     */
    void requireAnother(EncryptedApiserver server) {
        boolean another = servers.size() == 1
                || servers.stream().filter(each -> each != server).anyMatch(AsLeft::isReady);
        if (!another && isReady(server)) {
            throw new UnsafeToProceedException(
                    "its kube-apiserver is the only one of the site that is ready, and is not restarted");
        }
    }

    private static boolean isReady(EncryptedApiserver server) {
        try {
            return server.look().ready();
        } catch (DrException e) {
            return false;
        }
    }

    private Optional<Trouble> trouble(EncryptedApiserver server, Rollout rollout, Entry entry) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<Trouble> trouble = troubleNow(server, rollout, entry);
            if (trouble.isEmpty() || trouble.get().isAnothers() || System.nanoTime() >= end) {
                return trouble;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(500);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return trouble;
            }
        }
    }

    private static Optional<Trouble> troubleNow(EncryptedApiserver server, Rollout rollout, Entry entry) {
        ApiserverState state;
        try {
            state = server.look();
        } catch (DrException e) {
            return Optional.of(new Trouble(false, String.valueOf(e.getMessage())));
        }
        boolean old = state.file().equals(entry.before().file());
        boolean installed = state.holds(rollout.file());
        boolean right = switch (entry.mark()) {
            case UNTOUCHED -> old;
            case INSTALLED -> installed;
            default -> old || installed;
        };
        if (!right) {
            return Optional.of(new Trouble(
                    true, "Another has changed " + entry.before().path() + " on " + entry.node() + " meanwhile."));
        }
        return state.ready() || entry.mark() == Rollout.Mark.BEGUN
                ? Optional.empty()
                : Optional.of(new Trouble(
                        false, "The kube-apiserver on " + entry.node() + " is not ready (" + state.unready() + ")."));
    }
}
