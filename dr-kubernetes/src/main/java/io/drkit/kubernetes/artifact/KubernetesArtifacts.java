package io.drkit.kubernetes.artifact;

import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ApplyReport;
import io.drkit.artifact.Artifacts;
import io.drkit.artifact.ExportReport;
import io.drkit.file.PrivateFile;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * {@link Artifacts} by the API server of a site. Thread-safe. Memory is bounded by a page of objects ({@value ObjectApi#PAGE}) and the names of all.
 *
 * <p>An archive holds {@code namespaces/<namespace>/<resource>/<name>.yaml}, {@code cluster/<resource>/<name>.yaml}, {@code images.txt} (every image of a pod
 * or pod template, a line each) and {@code artifacts.yaml}, by which it is known. What of it is applied is every other YAML file, wherever it lies, and each
 * document in it.
 *
 * <p>Exported is every object of a namespaced resource that can be listed and created, by discovery, in its group's preferred version. Left out are: what has a
 * controller as owner; Events, Endpoints, EndpointSlices, Leases, ControllerRevisions; pods that have ended; tokens; authorities' certificates that each cluster
 * publishes for itself; the ConfigMaps by which a control plane leads to itself; and what replicates, snapshots or backs up volumes (VolSync, CSI snapshots, Velero), which belongs to one site. Besides: the namespaces;
 * the definitions of custom resources that are among the objects, and no others; ClusterRoleBindings that bind service accounts of these namespaces, with those
 * subjects only; the ClusterRoles that these or the RoleBindings name, and that such a role aggregates by {@code matchLabels}; the PriorityClasses,
 * StorageClasses, IngressClasses and RuntimeClasses that the objects name. Not webhooks and APIServices: applied before what serves them runs, they block others.
 *
 * <p>Taken from each object is what a cluster gives: status, identity, owners, finalizers; addresses and node ports of Services; the binding and source of
 * claims, which so come to be empty volumes; the node, priority and token of pods; the generated selector of Jobs. A Job that is over comes suspended.
 *
 * <p>Applied is with {@code PUT} of the whole, bound to the resourceVersion that was compared, so that nothing that somebody writes meanwhile is overwritten.
 * What the site gave an object stays: addresses, the spec of a claim, annotations of others, subjects of a ClusterRoleBinding, replicas that an autoscaler of the
 * archive chose, a Job that was let run. Definitions, classes and ClusterRoles are created where there are none and never overwritten, for others use them.
 */
public final class KubernetesArtifacts implements Artifacts {

    /** Told how it comes along, now and then. */
    public interface Listener {
        /** @param what is being done; {@code done} of {@code total} of it are */
        void at(String what, int done, int total);
    }

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

    private final ObjectApi api;
    private final Clock clock;
    private final Pause pause;
    private final Listener listener;

    /**
     * @param client is not closed
     * @throws IllegalArgumentException when the client sets no deadline for its requests
     */
    public KubernetesArtifacts(KubernetesClient client) {
        this(client, Clock.systemUTC(), FIRST_PAUSE, (what, done, total) -> {});
    }

    /**
     * The same.
     *
     * @param clock tells the time of an export
     * @param pause before something is tried again that failed; longer each time
     */
    public KubernetesArtifacts(KubernetesClient client, Clock clock, Duration pause, Listener listener) {
        this.api = new ObjectApi(new SiteApi(client));
        this.clock = clock;
        this.pause = new Pause(pause);
        this.listener = listener;
    }

    /** The same, for programs that show how it comes along. */
    public KubernetesArtifacts(KubernetesClient client, Listener listener) {
        this(client, Clock.systemUTC(), FIRST_PAUSE, listener);
    }

    @Override
    public String name() {
        return api.name();
    }

    @Override
    public ExportReport export(Collection<String> namespaces, Path archive) throws IOException {
        SortedSet<String> wanted = new TreeSet<>(namespaces);
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("Which namespaces? An export is of at least one.");
        }
        Instant began = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Export export = new Export(api, began, wanted, listener);
        export.prepare();
        ExportReport[] report = new ExportReport[1];
        PrivateFile.write(archive, out -> report[0] = export.writeTo(out));
        return report[0];
    }

    @Override
    public ApplyReport apply(Path archive, ApplyOptions options) throws IOException {
        CheckedArchive checked = CheckedArchive.read(archive, options);
        return new Apply(api, checked, options, listener, pause).run();
    }
}
