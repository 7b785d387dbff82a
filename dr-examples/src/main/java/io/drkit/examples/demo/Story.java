package io.drkit.examples.demo;

import io.drkit.keystore.Bytes;
import io.drkit.testkit.machine.PrivateNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A platform on two sites, from the first day over the loss of its primary until it is home again. */
final class Story implements AutoCloseable {

    private final Teller teller;
    private final Path folder;
    private final long seed;
    private final Opened opened = new Opened();

    /** @param folder where it writes its files, which stay */
    Story(Teller teller, Path folder, long seed) {
        this.teller = teller;
        this.folder = folder;
        this.seed = seed;
    }

    void tell() throws InterruptedException {
        teller.title("The first day");
        Stage[] set = new Stage[1];
        teller.step("start two sites", () -> {
            set[0] = Stage.set(folder, opened, PrivateNetwork.canBeHad());
            return set[0].toString();
        });
        Stage stage = set[0];
        Mirroring mirroring = new FirstDay(stage, opened, teller).tell();

        teller.title("Things break");
        Writers writers = opened.add(
                new Writers("writer", () -> opened.add(stage.primary().connect()), seed));
        new Faults(stage, teller, mirroring, writers).tell();

        teller.title("Ready to move");
        Application application = opened.add(new Application(stage));
        new Readiness(stage, teller, application).tell();

        teller.title("The primary is lost");
        Loss.Outcome loss = new Loss(stage, teller, mirroring, writers, application).tell();

        teller.title("The old primary comes back, half alive");
        List<Bytes> late = new HalfAlive(stage, teller, mirroring).tell();

        teller.title("Home again");
        RunReport failback = new WayHome(stage, opened, teller, application, seed).tell(loss, late);

        teller.title("Report");
        report(loss.report());
        report(failback);
        teller.figure("drkit.yaml", stage.config().toString());
        teller.say("");
    }

    private void report(RunReport run) {
        String name = run.runbook();
        teller.figure(name, "RPO " + measured(run, "RPO", "rpo") + ", RTO " + measured(run, "RTO", "rto"));
        teller.figure("", run.html() + ", as JSON " + run.json().getFileName());
    }

    private static String measured(RunReport run, String kind, String objective) {
        Duration worst = run.worst(kind, "").orElse(Duration.ZERO);
        return String.format(
                "@|bold %.1f s|@ of %d s promised: %s",
                Teller.seconds(worst), run.promised(objective).toSeconds(), run.met(objective) ? "met" : "@|red MISSED|@");
    }

    @Override
    public void close() throws Exception {
        opened.close();
    }
}
