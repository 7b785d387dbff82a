package io.drkit.kubernetes.artifact;

import io.drkit.artifact.ApplyOptions;
import io.drkit.kubernetes.KubernetesConnection;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;

/** What {@link LargeSiteTest} runs with little memory: exports a namespace from a kubeconfig's cluster, and tells what applying it there would do. */
final class ArtifactProgram {

    private ArtifactProgram() {}

    /** @param arguments kubeconfig, namespace, archive */
    public static void main(String[] arguments) throws Exception {
        Path archive = Path.of(arguments[2]);
        try (KubernetesClient client =
                KubernetesConnection.by(Path.of(arguments[0])).build().open()) {
            KubernetesArtifacts artifacts = new KubernetesArtifacts(client);
            int exported = artifacts.export(List.of(arguments[1]), archive).count();
            int looked = artifacts
                    .apply(archive, ApplyOptions.builder().dryRun(true).build())
                    .outcomes()
                    .size();
            System.out.println(exported + " exported, " + looked + " looked at");
        }
    }
}
