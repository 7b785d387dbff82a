package io.drkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServer;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a watch holds of memory, and gives back; and how it hands over. */
class EtcdWatchTest {

    private static final int ROUNDS = 8;
    private static final int WATCHES = 5;

    /** Each watch of each round holds up to 1 MiB that was not read; the pool it comes from keeps some. */
    private static final long ALLOWANCE = (ROUNDS * WATCHES / 2) << 20;

    @Test
    void gives_back_what_was_not_read_when_it_is_closed_after_its_connection_broke() {
        try (EtcdServer etcd = EtcdServer.builder().start();
                SeveredLink link = SeveredLink.to("127.0.0.1", etcd.port(0));
                EtcdKeyStore writer = connect(etcd.endpoint(0));
                EtcdKeyStore reader = connect("http://127.0.0.1:" + link.port())) {
            long before = direct();
            for (int i = 0; i < ROUNDS; i++) {
                leaveUnread(writer, reader, link);
            }
            assertThat(direct() - before).as("bytes held").isLessThan(ALLOWANCE);
        }
    }

    @Test
    void hands_over_many_messages_to_a_reader_that_does_not_wait() throws InterruptedException {
        try (EtcdServer etcd = EtcdServer.builder().start();
                EtcdKeyStore store = connect(etcd.endpoint(0));
                Watch watch = store.watch(KeyRange.ALL, store.revision() + 1)) {
            int most = 0;
            // On a busy machine one may be late.
            for (int round = 0; round < 20 && most < 10; round++) {
                for (int i = 0; i < 30; i++) {
                    store.commit(new Transaction(
                            List.of(), List.of(Operation.put(Bytes.utf8("key"), Bytes.utf8("value " + i)))));
                }
                assertThat(watch.next(Duration.ofSeconds(10))).isInstanceOf(WatchSignal.Events.class);
                most = Math.max(most, takeWithoutWaiting(watch));
            }
            assertThat(most).as("messages in one go").isGreaterThanOrEqualTo(10);
        }
    }

    private static int takeWithoutWaiting(Watch watch) throws InterruptedException {
        int taken = 0;
        while (!(watch.next(Duration.ZERO) instanceof WatchSignal.Idle)) {
            taken++;
        }
        return taken;
    }

    private static void leaveUnread(EtcdKeyStore writer, EtcdKeyStore reader, SeveredLink link) {
        long next = writer.revision() + 1;
        List<Watch> watches = Stream.generate(() -> reader.watch(KeyRange.ALL, next))
                .limit(WATCHES)
                .toList();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> link.connections() == WATCHES + 1);
            // Each a message of its own, as the watch has caught up.
            for (int i = 0; i < 20; i++) {
                writer.commit(new Transaction(
                        List.of(), List.of(Operation.put(Bytes.utf8("key"), Bytes.wrap(new byte[100_000])))));
            }
            link.cut();
            await().atMost(Duration.ofSeconds(30)).until(() -> link.connections() == 0);
            assertThatThrownBy(() -> reader.count(KeyRange.ALL)).isInstanceOf(SiteUnreachableException.class);
        } finally {
            watches.forEach(Watch::close);
        }
        link.heal();
        await().ignoreExceptions().until(() -> reader.count(KeyRange.ALL) == 1);
    }

    private static EtcdKeyStore connect(String endpoint) {
        return EtcdKeyStore.connect(
                EtcdConnection.to(endpoint).deadline(Duration.ofSeconds(2)).build());
    }

    /** The direct memory of this JVM. From Java 24 on Netty takes it where the JVM does not see it, and this tells nothing. */
    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
