package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.StandInSite;
import io.drkit.volsync.TwoSites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An application with two claims, on two sites where VolSync is played, and {@code drkit pvc} configured for them. */
abstract class PvcScene {

    final TwoSites sites = TwoSites.start();
    final StandInSite primary = sites.primary();
    final StandInSite standby = sites.standby();

    @TempDir
    Path folder;

    @BeforeEach
    void shop() throws IOException {
        for (String claim : List.of("data", "media")) {
            primary.namespace().create(Manifests.claim(claim, "app: shop", "app.kubernetes.io/instance: shop-1"));
        }
        primary.namespace().create(Manifests.deployment("shop", 2, "data", "media"));
        // As the mirror of the control plane brings it: nobody has started it there.
        standby.namespace().create(Manifests.deployment("shop", 0, "data", "media"));
        configure("");
    }

    @AfterEach
    void close() {
        sites.close();
    }

    static JsonNode row(Cli cli) {
        return cli.json().path("claims").get(0);
    }

    Path config() {
        return folder.resolve("drkit.yaml");
    }

    /** @param more lines of the part volumes */
    void configure(String more) throws IOException {
        primary.api().kubeconfig(folder.resolve("primary.kubeconfig"));
        standby.api().kubeconfig(folder.resolve("standby.kubeconfig"));
        Files.writeString(config(), """
                clusters:
                  primary: {kubeconfig: primary.kubeconfig}
                  standby: {kubeconfig: standby.kubeconfig, context: faulty}
                volumes:
                  timeouts: {set-up: 20s, sync: 30s, quiesce: 30s, poll: 20ms}
                """ + more);
    }

    Cli pvc(String... arguments) {
        return drkit(arguments(arguments));
    }

    String[] arguments(String... arguments) {
        return Stream.of(
                        Stream.of("pvc"),
                        Stream.of(arguments),
                        Stream.of("--config", config().toString()),
                        Stream.of(arguments).anyMatch("--namespace"::equals)
                                ? Stream.<String>of()
                                : Stream.of("--namespace", sites.namespace()))
                .flatMap(part -> part)
                .toArray(String[]::new);
    }
}
