package io.drkit.volsync;

import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a site must have before anything is set up there: VolSync with its mover for rsync over TLS (0.7 and later), and the classes that are named. They
 * are cluster-wide: who has no right to see them goes on without the check.
 */
final class Requirements {

    private static final List<String> VOLSYNC =
            List.of("replicationsources.volsync.backube", "replicationdestinations.volsync.backube");
    private static final String SNAPSHOT_CLASS_DEFAULT = "snapshot.storage.kubernetes.io/is-default-class";
    private static final String STORAGE_CLASS_DEFAULT = "storageclass.kubernetes.io/is-default-class";

    private final Side side;

    Requirements(Side side) {
        this.side = side;
    }

    void volSync() {
        for (String name : VOLSYNC) {
            CustomResourceDefinition definition = definition(name);
            if (definition == null) {
                throw new UnsafeToProceedException("VolSync is not installed at " + side.name() + ": there is no "
                        + name + ". Install it there, version 0.7 or later.");
            }
            if (!knowsRsyncTls(definition)) {
                throw new UnsafeToProceedException("VolSync at " + side.name() + " is too old: its " + name
                        + " knows no rsyncTLS. Install version 0.7 or later.");
            }
        }
    }

    /** That snapshots can be taken there. */
    void snapshots() {
        String definition = "volumesnapshots." + VolumeSnapshot.GROUP;
        if (definition(definition) == null) {
            throw new UnsafeToProceedException("CSI snapshots are not installed at " + side.name() + ": there is no "
                    + definition + ", and without snapshots nothing complete is kept there.");
        }
        requireClass(
                "VolumeSnapshotClass",
                side.site().snapshotClass(),
                SNAPSHOT_CLASS_DEFAULT,
                client().genericKubernetesResources(VolumeSnapshot.GROUP + "/v1", "VolumeSnapshotClass")::list);
    }

    void storageClass() {
        requireClass(
                "StorageClass",
                side.site().storageClass(),
                STORAGE_CLASS_DEFAULT,
                client().storage().v1().storageClasses()::list);
    }

    private void requireClass(
            String kind,
            @Nullable String wanted,
            String defaultMark,
            Supplier<? extends io.fabric8.kubernetes.api.model.KubernetesResourceList<? extends HasMetadata>> list) {
        Optional<List<? extends HasMetadata>> known =
                ifAllowed(kind, () -> list.get().getItems());
        if (known.isEmpty()) {
            return;
        }
        boolean there = known.get().stream()
                .anyMatch(object -> wanted == null
                        ? "true".equals(annotation(object, defaultMark))
                        : object.getMetadata().getName().equals(wanted));
        if (!there) {
            List<String> names = known.get().stream()
                    .map(object -> object.getMetadata().getName())
                    .sorted()
                    .toList();
            throw new UnsafeToProceedException(
                    wanted == null
                            ? "No " + kind + " is the default at " + side.name() + ": name one. There are " + names
                                    + "."
                            : "There is no " + kind + " " + wanted + " at " + side.name() + ". There are " + names
                                    + ".");
        }
    }

    private static @Nullable String annotation(HasMetadata object, String name) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(name);
    }

    /** A definition that we may not see counts as there, and as new enough. */
    private @Nullable CustomResourceDefinition definition(String name) {
        Optional<Optional<CustomResourceDefinition>> seen = ifAllowed(
                "customresourcedefinitions " + name,
                () -> Optional.ofNullable(client().apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .withName(name)
                        .get()));
        return seen.map(found -> found.orElse(null)).orElseGet(CustomResourceDefinition::new);
    }

    private <T> Optional<T> ifAllowed(String what, Supplier<T> request) {
        return side.api().askIfAllowed("get", what, request);
    }

    private static boolean knowsRsyncTls(CustomResourceDefinition definition) {
        if (definition.getSpec() == null) {
            return true;
        }
        return definition.getSpec().getVersions().stream()
                .filter(version -> version.getName().equals(io.drkit.volsync.resource.VolSync.VERSION))
                .map(version ->
                        version.getSchema() == null ? null : version.getSchema().getOpenAPIV3Schema())
                .anyMatch(schema -> {
                    JSONSchemaProps spec = schema == null || schema.getProperties() == null
                            ? null
                            : schema.getProperties().get("spec");
                    return spec == null
                            || spec.getProperties() == null
                            || spec.getProperties().isEmpty()
                            || spec.getProperties().containsKey("rsyncTLS");
                });
    }

    private KubernetesClient client() {
        return side.api().client();
    }
}
