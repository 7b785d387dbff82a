package io.drkit.node;

import io.drkit.SiteUnreachableException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Several nodes on which the same is done, on some at the same time. Closes none of them. Thread-safe. */
public final class NodeGroup {

    private final List<NodeAccess> nodes;
    private final int limit;

    private NodeGroup(List<NodeAccess> nodes, int limit) {
        this.nodes = nodes;
        this.limit = limit;
    }

    /**
     * A group of nodes.
     *
     * @param limit on how many of them something is done at the same time
     * @throws IllegalArgumentException when there is none, or the limit is below 1
     */
    public static NodeGroup of(Collection<? extends NodeAccess> nodes, int limit) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("A group of nodes needs at least one.");
        }
        if (limit < 1) {
            throw new IllegalArgumentException("The limit must be at least 1, not " + limit);
        }
        return new NodeGroup(List.copyOf(nodes), limit);
    }

    /** The nodes, in the order in which they were given. */
    public List<NodeAccess> nodes() {
        return nodes;
    }

    /**
     * Does the same on every node, whatever becomes of the others, and returns when all have ended. When the calling thread is interrupted, those
     * under way are interrupted and those not begun are not: the outcomes say which, and the thread stays interrupted.
     *
     * @return one outcome a node, in the order of {@link #nodes}
     */
    public <T> List<NodeOutcome<T>> each(Function<? super NodeAccess, ? extends T> task) {
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(limit, nodes.size()), work -> {
            Thread thread = new Thread(work, "drkit-nodes");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<NodeOutcome<T>>> running = new ArrayList<>();
            for (NodeAccess node : nodes) {
                Callable<NodeOutcome<T>> work = () -> outcome(node, task);
                running.add(threads.submit(work));
            }
            return await(running, threads);
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> NodeOutcome<T> outcome(NodeAccess node, Function<? super NodeAccess, ? extends T> task) {
        if (Thread.currentThread().isInterrupted()) {
            return notBegun(node);
        }
        try {
            return new NodeOutcome.Done<>(node.name(), task.apply(node));
        } catch (RuntimeException e) {
            return new NodeOutcome.Failed<>(node.name(), e);
        }
    }

    private <T> List<NodeOutcome<T>> await(List<Future<NodeOutcome<T>>> running, ExecutorService threads) {
        List<NodeOutcome<T>> outcomes = new ArrayList<>();
        boolean interrupted = false;
        for (int i = 0; i < running.size(); ) {
            try {
                outcomes.add(running.get(i).get());
                i++;
            } catch (InterruptedException e) {
                interrupted = true;
                // Those not begun are cancelled, those under way interrupted and waited for.
                threads.shutdownNow().forEach(waiting -> {
                    if (waiting instanceof Future<?> future) {
                        future.cancel(false);
                    }
                });
            } catch (CancellationException e) {
                outcomes.add(notBegun(nodes.get(i)));
                i++;
            } catch (ExecutionException e) {
                // Not a RuntimeException, which would be an outcome.
                throw new IllegalStateException(e.getCause());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return outcomes;
    }

    private static <T> NodeOutcome<T> notBegun(NodeAccess node) {
        return new NodeOutcome.Failed<>(
                node.name(),
                new SiteUnreachableException(
                        node.name() + ": not begun, for it was interrupted before. Nothing was changed."));
    }
}
