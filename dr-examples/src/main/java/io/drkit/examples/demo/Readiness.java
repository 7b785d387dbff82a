package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import java.nio.file.Path;
import java.util.List;

/** The application's volumes are replicated, and the platform is found ready to move. */
final class Readiness {

    private final Stage stage;
    private final Teller teller;
    private final Application application;

    Readiness(Stage stage, Teller teller, Application application) {
        this.stage = stage;
        this.teller = teller;
        this.application = application;
    }

    void tell() throws InterruptedException {
        teller.step("drkit pvc protect", () -> {
            application.awaitMore(stage.volumes().primary(), 10);
            pvc("protect");
            return "the application's volumes " + String.join(" and ", Stage.CLAIMS) + " are replicated by VolSync";
        });
        teller.step("drkit pvc sync", () -> {
            int before = application.count();
            pvc("sync");
            application.verifyHasFirst(before, stage.volumes().standby());
            return "the " + before + " records that it had written are at the standby";
        });
        teller.longStep(
                "drkit preflight",
                onTheWay -> RunReport.of(stage, "preflight", onTheWay, "--deadline", "30s"),
                report -> {
                    verify(report.tree().path("ready").asBoolean(), "it is not ready");
                    return "ready";
                });
        List<String> before = stage.leads(Stage.DRILL);
        long serial = stage.zoneSerial();
        teller.longStep("drkit drill", onTheWay -> RunReport.of(stage, "drill", onTheWay), report -> {
            verify(report.done("dns-verify").isPresent(), "the drill's name was not switched");
            verify(stage.zoneSerial() >= serial + 2, "the name server saw no switch there and back");
            verify(stage.leads(Stage.DRILL).equals(before), "the drill's name is not what it was");
            verify(
                    stage.leads(Stage.PLATFORM).equals(List.of(stage.primary().address())),
                    "the drill touched the platform's name");
            return Stage.DRILL + " was led to the standby and back; nothing else was touched";
        });
    }

    private void pvc(String verb) throws InterruptedException {
        Path result = stage.folder().resolve("pvc-" + verb + ".txt");
        String[] arguments = {
            verb, "--config", stage.config().toString(), "--namespace", Stage.NAMESPACE, "--selector", Stage.SELECTOR
        };
        DrKitRun run = DrKitRun.of(result, line -> {}, "pvc", arguments);
        verify(run.code() == 0, "exit code " + run.code() + ": " + run.lastWords());
    }
}
