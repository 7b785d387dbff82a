package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.keystore.Bytes;
import io.drkit.testkit.machine.PrivateNetwork;
import java.nio.file.Path;
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
        teller.title("A Kubernetes platform on two sites loses its primary, and comes home");
        teller.say(
                "etcd, OpenSSH and BIND are real. The clusters' APIs, VolSync and storage are played, and move real files.");
        teller.say("All files stay in " + folder);

        teller.title("The first day");
        Stage stage = teller.step(
                "start two sites", () -> Stage.set(folder, opened, PrivateNetwork.canBeHad()), Stage::toString);
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
        teller.figure(
                run.runbook(),
                "RPO " + seconds(run, "RPO", "etcd") + " of etcd, " + seconds(run, "RPO", "volume") + " of the volumes"
                        + promised(run, "rpo"));
        teller.figure("", "RTO " + seconds(run, "RTO", "platform") + promised(run, "rto"));
        teller.figure("", run.html() + " and " + run.json().getFileName());
    }

    private static String seconds(RunReport run, String kind, String of) {
        return String.format(
                "@|bold %.1f s|@", Teller.seconds(run.worst(kind, of).orElseThrow()));
    }

    private static String promised(RunReport run, String objective) {
        verify(run.met(objective), "the " + objective + " of " + run.runbook() + " was missed");
        return " (met: " + run.promised(objective).toSeconds() + " s were promised)";
    }

    @Override
    public void close() throws Exception {
        opened.close();
    }
}
