package io.drkit.kubernetes.comparison;

import io.drkit.comparison.DefinitionFacts;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What objects rest on: definitions of custom resources, classes of storage and of snapshots. */
final class ClassReading {

    private static final String SNAPSHOTS = "snapshot.storage.k8s.io";

    static final ResourceDefinitionContext SNAPSHOT_CLASS = new ResourceDefinitionContext.Builder()
            .withGroup(SNAPSHOTS)
            .withVersion("v1")
            .withKind("VolumeSnapshotClass")
            .withPlural("volumesnapshotclasses")
            .withNamespaced(false)
            .build();

    private ClassReading() {}

    static Map<String, DefinitionFacts> definitions(SiteApi api) {
        Map<String, DefinitionFacts> definitions = new TreeMap<>();
        Pages.each(
                api,
                "customresourcedefinitions.apiextensions.k8s.io",
                api.client().apiextensions().v1().customResourceDefinitions(),
                definition -> definitions.put(definition.getMetadata().getName(), versions(definition)));
        return definitions;
    }

    private static DefinitionFacts versions(CustomResourceDefinition definition) {
        List<CustomResourceDefinitionVersion> versions = definition.getSpec().getVersions();
        return new DefinitionFacts(
                versions.stream().map(CustomResourceDefinitionVersion::getName).toList(),
                versions.stream()
                        .filter(version -> Boolean.TRUE.equals(version.getServed()))
                        .map(CustomResourceDefinitionVersion::getName)
                        .toList(),
                definition.getStatus() == null || definition.getStatus().getStoredVersions() == null
                        ? List.of()
                        : definition.getStatus().getStoredVersions());
    }

    static Map<String, Map<String, String>> storageClasses(SiteApi api) {
        Map<String, Map<String, String>> classes = new TreeMap<>();
        Pages.each(
                api,
                "storageclasses.storage.k8s.io",
                api.client().storage().v1().storageClasses(),
                found -> {
                    Map<String, String> fields = new TreeMap<>();
                    fields.put("provisioner", text(found.getProvisioner()));
                    fields.put(
                            "default", isDefault(found.getMetadata(), "storageclass.kubernetes.io/is-default-class"));
                    fields.put("bindingMode", text(found.getVolumeBindingMode()));
                    fields.put("reclaimPolicy", text(found.getReclaimPolicy()));
                    fields.put(
                            "expansion",
                            Boolean.TRUE.equals(found.getAllowVolumeExpansion()) ? "allowed" : "not allowed");
                    classes.put(found.getMetadata().getName(), fields);
                });
        return classes;
    }

    /** None where their definitions are not installed. */
    static Map<String, Map<String, String>> snapshotClasses(SiteApi api) {
        Map<String, Map<String, String>> classes = new TreeMap<>();
        return api.ask("list", "volumesnapshotclasses." + SNAPSHOTS, () -> {
            try {
                for (GenericKubernetesResource found : api.client()
                        .genericKubernetesResources(SNAPSHOT_CLASS)
                        .list()
                        .getItems()) {
                    Map<String, String> fields = new TreeMap<>();
                    fields.put("driver", String.valueOf(found.<Object>get("driver")));
                    fields.put("deletionPolicy", String.valueOf(found.<Object>get("deletionPolicy")));
                    fields.put("default", isDefault(found.getMetadata(), SNAPSHOTS + "/is-default-class"));
                    classes.put(found.getMetadata().getName(), fields);
                }
            } catch (KubernetesClientException e) {
                if (e.getCode() != 404) {
                    throw e;
                }
            }
            return classes;
        });
    }

    private static String isDefault(ObjectMeta metadata, String annotation) {
        return metadata.getAnnotations() != null
                        && "true".equals(metadata.getAnnotations().get(annotation))
                ? "true"
                : "false";
    }

    private static String text(@Nullable String text) {
        return text == null ? "unset" : text;
    }
}
