package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionRewriter;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.RewriteReport;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import java.nio.file.Path;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rewrite that is killed, or loses its site, at any moment: nothing is lost, and running it again completes it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class InterruptedRewriteTest {

    private static final int SECRETS = 2_000;
    private static final int KILLS = 10;

    private EncryptedSite site;

    @BeforeAll
    void startServer() {
        site = EncryptedSite.start();
    }

    @BeforeEach
    void wipe() {
        site.wipe();
    }

    @AfterAll
    void stopServer() {
        site.close();
    }

    /** Each writes with another key, and by another algorithm; all read all of them. */
    private static EncryptionConfig round(int round) {
        var cbc = Configs.aescbc(Configs.key("a", 1), Configs.key("b", 2));
        var box = Configs.secretbox(Configs.key("a", 3));
        var gcm = Configs.aesgcm(Configs.key("a", 4));
        return switch (round % 3) {
            case 0 -> Configs.secrets(cbc, box, gcm);
            case 1 -> Configs.secrets(box, gcm, cbc);
            default -> Configs.secrets(gcm, cbc, box);
        };
    }

    @Test
    void killed_at_random_moments_and_resumed(@TempDir Path folder) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        site.fill(round(0), 0, SECRETS, "s");
        SortedMap<Bytes, Bytes> truth = site.plaintexts(round(0));
        int midway = 0;
        for (int i = 1; i <= KILLS; i++) {
            EncryptionConfig config = round(i);
            kill(RewriteProgram.start(site, config, folder, "256m"), random);
            Inspection left = site.inspect(config);
            assertThat(left.isReadable()).as("seed %s: %s", seed, left).isTrue();
            assertThat(site.plaintexts(config).equals(truth))
                    .as("seed %s: nothing is lost or changed", seed)
                    .isTrue();
            midway += left.stale() > 0 && left.stale() < SECRETS ? 1 : 0;
        }
        assertThat(midway).as("killed midway").isGreaterThan(KILLS / 3);
        Process last = RewriteProgram.start(site, round(KILLS), folder, "256m");
        assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(last.exitValue()).as(RewriteProgram.output()).isZero();
        assertThat(site.plaintexts(round(KILLS)).equals(truth)).isTrue();
        assertThat(site.rewrite(round(KILLS)).rewritten()).isZero();
    }

    /** After some transactions, and a little. */
    private void kill(Process rewrite, Random random) throws InterruptedException {
        long goal = site.store().revision() + random.nextInt(SECRETS / 100);
        try {
            Awaitility.await()
                    .atMost(30, TimeUnit.SECONDS)
                    .pollDelay(0, TimeUnit.MILLISECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> site.store().revision() > goal || !rewrite.isAlive());
            LockSupport.parkNanos(random.nextInt(3_000_000));
        } finally {
            rewrite.destroyForcibly().waitFor();
        }
    }

    @Test
    void loses_its_site_or_an_answer_again_and_again() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        site.fill(round(0), 0, SECRETS, "s");
        SortedMap<Bytes, Bytes> truth = site.plaintexts(round(0));
        FaultyKeyStore faulty = new FaultyKeyStore(site.store(), (moment, call) -> fail(random, moment, call));
        int unreachable = 0;
        for (int i = 1; i <= 6; i++) {
            EncryptionConfig config = round(i);
            EncryptionRewriter rewriter = new EncryptionRewriter(faulty, Configs.transformer(config));
            for (boolean done = false; !done; ) {
                try {
                    done = rewriter.rewrite().isComplete();
                } catch (SiteUnreachableException e) {
                    unreachable++;
                }
            }
            assertThat(site.inspect(config).stale()).as("seed %s", seed).isZero();
            assertThat(site.plaintexts(config).equals(truth))
                    .as("seed %s: nothing is lost or changed", seed)
                    .isTrue();
        }
        assertThat(unreachable).isPositive();
    }

    private static void fail(Random random, Moment moment, String call) {
        if (random.nextInt(20) != 0) {
            return;
        }
        if (moment == Moment.BEFORE) {
            throw new SiteUnreachableException("Away, says the test.");
        }
        if (call.equals("commit")) {
            throw new OutcomeUnknownException("No answer, says the test.", null);
        }
    }

    @Test
    void a_write_that_arrives_late_undoes_nothing() {
        Bytes key = EncryptedSite.secret(1);
        site.write(round(0), key, EncryptedSite.object("before"));
        FaultyKeyStore late = new FaultyKeyStore(site.store(), (moment, call) -> {
            if (moment == Moment.BEFORE && call.equals("commit")) {
                throw new OutcomeUnknownException("It is on its way, says the test.", null);
            }
        });
        RewriteReport report = new EncryptionRewriter(late, Configs.transformer(round(1))).rewrite();
        assertThat(report.contended()).isEqualTo(1);
        assertThat(report.isComplete()).isFalse();
        assertThat(report.left()).containsExactly(key);
        site.write(round(1), key, EncryptedSite.object("after"));
        assertThat(late.replayLast()).isInstanceOf(CommitResult.GuardFailed.class);
        assertThat(site.plaintexts(round(1))).containsEntry(key, EncryptedSite.object("after"));
        site.delete(key);
        assertThat(late.replayLast()).isInstanceOf(CommitResult.GuardFailed.class);
        assertThat(site.stored()).isEmpty();
    }
}
