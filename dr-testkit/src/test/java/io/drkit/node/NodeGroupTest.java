package io.drkit.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drkit.SiteUnreachableException;
import io.drkit.testkit.LocalNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The same on several nodes: how many at a time, and what becomes of each. */
class NodeGroupTest {

    private final List<LocalNode> nodes =
            IntStream.range(0, 5).mapToObj(i -> new LocalNode("node-" + i)).toList();

    @Test
    void gives_every_nodes_outcome_in_order_whatever_becomes_of_the_others() {
        List<NodeOutcome<String>> outcomes = NodeGroup.of(nodes, 2).each(node -> {
            if (node.name().equals("node-1")) {
                throw new SiteUnreachableException("down");
            }
            return node.run(NodeCommand.of("echo", node.name()).build()).outText();
        });
        assertThat(outcomes)
                .extracting(NodeOutcome::node)
                .containsExactly("node-0", "node-1", "node-2", "node-3", "node-4");
        assertThat(outcomes).extracting(NodeOutcome::isDone).containsExactly(true, false, true, true, true);
        assertThat(outcomes.get(4)).isEqualTo(new NodeOutcome.Done<>("node-4", "node-4"));
        assertThat(outcomes.get(1))
                .isInstanceOfSatisfying(
                        NodeOutcome.Failed.class,
                        failed -> assertThat(((NodeOutcome.Failed<?>) failed).failure())
                                .hasMessage("down"));
    }

    @Test
    void works_on_as_many_nodes_at_a_time_as_it_may_and_no_more() {
        AtomicInteger working = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch two = new CountDownLatch(2);
        List<NodeOutcome<Integer>> outcomes = NodeGroup.of(nodes, 2).each(node -> {
            most.accumulateAndGet(working.incrementAndGet(), Math::max);
            two.countDown();
            awaitUnchecked(two);
            return working.decrementAndGet();
        });
        assertThat(outcomes).allMatch(NodeOutcome::isDone);
        assertThat(most).hasValue(2);
    }

    @Test
    void an_interrupt_ends_those_under_way_and_begins_no_other() throws InterruptedException {
        AtomicInteger begun = new AtomicInteger();
        AtomicReference<Boolean> stillInterrupted = new AtomicReference<>();
        List<NodeOutcome<Integer>> outcomes = new CopyOnWriteArrayList<>();
        Thread caller = new Thread(() -> {
            outcomes.addAll(NodeGroup.of(nodes, 2).each(node -> {
                begun.incrementAndGet();
                return node.run(NodeCommand.of("sleep", "60").build()).exitCode();
            }));
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> begun.get() == 2);
        caller.interrupt();
        caller.join(10_000);
        assertThat(outcomes).hasSize(5).noneMatch(NodeOutcome::isDone);
        assertThat(outcomes.get(4))
                .isInstanceOfSatisfying(
                        NodeOutcome.Failed.class,
                        failed -> assertThat(((NodeOutcome.Failed<?>) failed).failure())
                                .hasMessageContaining("not begun"));
        assertThat(begun).hasValue(2);
        assertThat(stillInterrupted).hasValue(true);
    }

    @Test
    void an_empty_group_or_no_limit_is_refused() {
        assertThatThrownBy(() -> NodeGroup.of(List.of(), 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NodeGroup.of(nodes, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
