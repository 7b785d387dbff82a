package io.drkit.volume;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Does something for many claims, a few at a time: to the end for each, whatever becomes of the others. */
final class ManyClaims {

    private static final int NAMED_AT_MOST = 5;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final int parallel;
    private final ClaimProgress progress;

    ManyClaims(int parallel, ClaimProgress progress) {
        this.parallel = parallel;
        this.progress = progress;
    }

    /**
     * @param what for the progress; nobody is told when it is empty
     * @return what came of each, by the claim's name
     * @throws DrException when it failed for some, which are named: of the gravest kind among them. What is none goes first, as it is
     */
    <T> SortedMap<String, T> each(Collection<Claim> claims, String what, Function<Claim, T> action) {
        if (claims.isEmpty()) {
            return new TreeMap<>();
        }
        SortedMap<String, T> results = new TreeMap<>();
        SortedMap<String, DrException> failures = new TreeMap<>();
        List<RuntimeException> unexpected = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        tell(what, 0, claims.size());
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(parallel, claims.size()), ManyClaims::thread);
        try {
            Map<Claim, Future<T>> futures = new TreeMap<>();
            for (Claim claim : claims) {
                futures.put(claim, threads.submit(() -> {
                    T result = action.apply(claim);
                    tell(what, done.incrementAndGet(), claims.size());
                    return result;
                }));
            }
            for (Map.Entry<Claim, Future<T>> future : futures.entrySet()) {
                String name = future.getKey().name();
                try {
                    results.put(name, future.getValue().get());
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof DrException known) {
                        failures.put(name, known);
                    } else {
                        unexpected.add(unchecked(e.getCause()));
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException(
                    "It was interrupted after " + done.get() + " of " + claims.size()
                            + " claims: run it again, and it goes on from there.",
                    e);
        } finally {
            threads.shutdownNow();
        }
        if (!unexpected.isEmpty()) {
            throw unexpected.get(0);
        }
        if (!failures.isEmpty()) {
            throw failed(failures, claims.size());
        }
        return results;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "claims-" + NUMBER.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    private void tell(String what, int done, int total) {
        if (!what.isEmpty()) {
            progress.at(what, done, total);
        }
    }

    private static RuntimeException unchecked(@Nullable Throwable e) {
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }

    private static DrException failed(SortedMap<String, DrException> failures, int total) {
        DrException first = failures.values().iterator().next();
        if (total == 1) {
            return first;
        }
        List<DrException> all = new ArrayList<>(failures.values());
        String message = failures.size() + " of " + total + " claims failed. "
                + failures.entrySet().stream()
                        .limit(NAMED_AT_MOST)
                        .map(failure ->
                                failure.getKey() + ": " + failure.getValue().getMessage())
                        .collect(Collectors.joining(" "))
                + (failures.size() > NAMED_AT_MOST ? " And " + (failures.size() - NAMED_AT_MOST) + " more." : "");
        if (all.stream().anyMatch(UnsafeToProceedException.class::isInstance)) {
            return new UnsafeToProceedException(message);
        }
        return all.stream().anyMatch(OutcomeUnknownException.class::isInstance)
                ? new OutcomeUnknownException(message, first)
                : new SiteUnreachableException(message, first);
    }
}
