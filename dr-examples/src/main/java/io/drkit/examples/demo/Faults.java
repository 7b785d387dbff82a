package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

/** Things break while writers write, and nothing is lost. */
final class Faults {

    private static final long CUT_MILLIS = 2_500;

    private final Stage stage;
    private final Teller teller;
    private final Mirroring mirroring;
    private final Writers writers;

    Faults(Stage stage, Teller teller, Mirroring mirroring, Writers writers) {
        this.stage = stage;
        this.teller = teller;
        this.mirroring = mirroring;
        this.writers = writers;
    }

    void tell() throws InterruptedException {
        teller.step("change it with " + Writers.COUNT + " writers at once", () -> {
            writers.awaitMore(200);
            mirroring.awaitReached();
            return writers.acknowledged() + " writes, followed at revision " + mirroring.reached();
        });
        teller.step("kill -9 the mirror while it streams", () -> {
            mirroring.kill();
            long revision = mirroring.reached();
            writers.awaitMore(100);
            verify(mirroring.reached() == revision, "the standby moved without a mirror");
            return "checkpoint stays at revision " + revision + ", the primary is at "
                    + mirroring.primary().status().revision();
        });
        teller.step("start it again", () -> {
            mirroring.startAgain();
            mirroring.awaitReached();
            return "went on from its checkpoint, after the killed one's lock expired";
        });
        teller.step("cut the network to the standby", () -> {
            stage.standby().cut().run();
            long revision = mirroring.awaitStill();
            Thread.sleep(CUT_MILLIS);
            writers.awaitMore(50);
            verify(mirroring.reached() == revision, "the standby moved through a cut network");
            return "the mirror is " + (mirroring.primary().status().revision() - revision)
                    + " revisions behind and waits";
        });
        teller.step("heal it", () -> {
            stage.standby().heal().run();
            mirroring.awaitReached();
            return "caught up by itself, at revision " + mirroring.reached();
        });
        teller.step("compare the two sites", () -> {
            writers.pause();
            mirroring.awaitReached();
            writers.verifyAllArrived(mirroring.standby());
            String verdict = Mirroring.compare(mirroring.primary(), mirroring.standby());
            writers.resume();
            return verdict + ": missed 0, surplus 0, changed 0";
        });
    }
}
