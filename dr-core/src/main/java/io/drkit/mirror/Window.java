package io.drkit.mirror;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Transactions of a copy that are under way at the same time and land in any order: etcd reorders what is sent without waiting. None moves the
 * checkpoint, and each is guarded by it as it stands; so all of them land before it moves, or never. Each writes a key that tells its revision,
 * so that after a crash, too, it is known which revisions are the mirror's.
 *
 * <p>When a method throws, the attempt at mirroring is over: the next one takes the lock anew, and nothing still under way can land.
 */
final class Window {

    private static final int IN_FLIGHT = 8;

    private record Flight(List<Change> changes, CompletableFuture<CommitResult> answer) {}

    private final StandbyWriter writer;
    private final Deque<Flight> flights = new ArrayDeque<>();
    private final List<Long> revisions = new ArrayList<>();
    private final List<Change> undone = new ArrayList<>();
    private final List<Change> tooLargeTogether = new ArrayList<>();
    private boolean guardFailed;
    private @Nullable DrException trouble;
    private int sent;

    Window(StandbyWriter writer) {
        this.writer = writer;
    }

    /**
     * Sends groups of changes in as few transactions as they fit in, and waits only while too many are under way. What is too large for one is sent in
     * its order, each part once the one before it has landed; what follows one that came to harm is not sent.
     */
    void send(List<List<Change>> groups) throws InterruptedException {
        boolean harmed = false;
        for (StandbyWriter.Part part : writer.parts(groups)) {
            if (!part.awaited()) {
                sendOne(part.changes());
            } else if (harmed) {
                undone.addAll(part.changes());
            } else {
                int before = undone.size() + tooLargeTogether.size();
                sendOne(part.changes());
                land(0);
                harmed = undone.size() + tooLargeTogether.size() > before;
            }
        }
    }

    private void sendOne(List<Change> part) throws InterruptedException {
        if (sent == writer.windowSize()) {
            land(0);
            writer.write(List.of(), writer.checkpoint());
            sent = 0;
        }
        land(IN_FLIGHT - 1);
        flights.add(new Flight(part, writer.submit(part, sent)));
        sent++;
    }

    /** Waits for all that is under way, and returns what was not done: the standby has other keys than was seen, or refused a single value. */
    List<Change> finish() throws InterruptedException {
        land(0);
        for (Change change : List.copyOf(tooLargeTogether)) {
            sendOne(List.of(change));
            land(0);
        }
        tooLargeTogether.clear();
        if (guardFailed) {
            writer.explainOrRestart();
        }
        List<Change> left = List.copyOf(undone);
        undone.clear();
        return left;
    }

    /** Waits for all that is under way, moves the checkpoint's version on, so that another window can begin, and returns what was not done. */
    List<Change> abandon() throws InterruptedException {
        land(0);
        writer.write(List.of(), writer.checkpoint());
        undone.addAll(tooLargeTogether);
        return List.copyOf(undone);
    }

    /** Waits until at most so many are under way. If one came to harm all are waited for, to know what to throw. */
    private void land(int left) throws InterruptedException {
        while (flights.size() > (trouble == null ? left : 0)) {
            land(flights.removeFirst());
        }
        if (trouble != null) {
            throw trouble;
        }
        if (flights.isEmpty()) {
            writer.windowLanded(revisions);
            revisions.clear();
        }
    }

    private void land(Flight flight) throws InterruptedException {
        try {
            CommitResult result = KeyStore.await(flight.answer());
            if (result instanceof CommitResult.Committed committed) {
                revisions.add(committed.revision());
                writer.made(flight.changes());
            } else if (result instanceof CommitResult.OutOfSpace full) {
                trouble = trouble == null ? writer.full(full) : trouble;
            } else if (result instanceof CommitResult.TooLarge
                    && flight.changes().size() > 1) {
                tooLargeTogether.addAll(flight.changes());
            } else {
                undone.addAll(flight.changes());
                guardFailed |= result instanceof CommitResult.GuardFailed;
            }
        } catch (DrException e) {
            trouble = trouble == null || e instanceof OutcomeUnknownException ? e : trouble;
        }
    }
}
