package io.drkit.volsync;

import static io.drkit.volsync.SiteView.isGoing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Plays Kubernetes' garbage collector for what VolSync's resources and Jobs own, for the mock server has none. */
final class StandInCollector {

    private static final Set<String> OWNERS = Set.of("ReplicationSource", "ReplicationDestination", "Job");

    private final StandInSite site;

    StandInCollector(StandInSite site) {
        this.site = site;
    }

    void tick(SiteView view) {
        Set<String> present = new HashSet<>();
        Stream.of(view.sources(), view.destinations(), view.jobs().values())
                .flatMap(objects -> objects.stream())
                .forEach(owner -> present.add(owner.getMetadata().getUid()));
        Stream.of(
                        view.pods(),
                        view.secrets(),
                        view.services().values(),
                        view.snapshots().values(),
                        view.claims().values(),
                        view.jobs().values())
                .flatMap(objects -> objects.stream())
                .filter(object -> !isGoing(object) && isOrphan(object, present))
                .forEach(object -> site.attempt(() -> site.objects().delete(object)));
    }

    private static boolean isOrphan(HasMetadata object, Set<String> present) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        return !owners.isEmpty()
                && owners.stream()
                        .allMatch(owner -> OWNERS.contains(owner.getKind()) && !present.contains(owner.getUid()));
    }
}
