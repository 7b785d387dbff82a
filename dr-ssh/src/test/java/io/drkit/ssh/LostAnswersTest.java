package io.drkit.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.node.FileReplacement;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.ssh.OpenSshServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A node's answers stop coming, at whatever moment of a replacement: the outcome that is told is the one that is there. */
class LostAnswersTest {

    private static final Bytes OLD = Bytes.utf8("the old content\n");
    private static final Bytes NEW = SshFaultsTest.random(3_000_000);

    /** All moments at once, each with a file and a line of its own, for most of it is waiting. */
    @Test
    void one_or_the_other_is_there_and_it_says_which_it_knows() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (OpenSshServer server = OpenSshServer.builder().start()) {
            List<Future<?>> moments = new ArrayList<>();
            for (int millis : new int[] {0, 200, 500, 1_000, 2_000}) {
                moments.add(threads.submit(() -> {
                    loseAnswers(server, millis, threads);
                    return millis;
                }));
            }
            for (Future<?> moment : moments) {
                moment.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void loseAnswers(OpenSshServer server, int millis, ExecutorService threads) throws Exception {
        Path file =
                Files.createDirectory(server.folder().resolve("node-" + millis)).resolve("config.yaml");
        Files.write(file, OLD.toByteArray());
        try (SeveredLink link = SeveredLink.to(server.host(), server.port());
                NodeAccess node = new SshNodeAccess(Nodes.through(link, server).build())) {
            node.run(NodeCommand.of("true").build());
            Future<?> losing = threads.submit(() -> {
                Thread.sleep(millis);
                link.silenceAnswers();
                Thread.sleep(4_000);
                link.heal();
                return link;
            });
            try {
                node.replace(FileReplacement.of(file.toString(), NEW)
                        .deadline(Duration.ofSeconds(3))
                        .build());
                assertThat(Files.readAllBytes(file)).as("told done").isEqualTo(NEW.toByteArray());
            } catch (SiteUnreachableException e) {
                assertThat(Files.readAllBytes(file)).as("told unchanged").isEqualTo(OLD.toByteArray());
                // And so it stays: nothing that is late takes effect.
                Thread.sleep(1_000);
                assertThat(Files.readAllBytes(file)).as("told unchanged").isEqualTo(OLD.toByteArray());
            } catch (OutcomeUnknownException e) {
                assertThat(Files.readAllBytes(file)).isIn(OLD.toByteArray(), NEW.toByteArray());
            }
            losing.get();
            SshFaultsTest.assertNobodyElseReadsWhatIsLeft(file);
        }
    }
}
