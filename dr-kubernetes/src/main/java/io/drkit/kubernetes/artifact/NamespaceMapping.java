package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Moves objects to namespaces of other names, with what names a namespace as a field of its own. */
final class NamespaceMapping {

    /** After it the name of a namespace: the group of all its service accounts. */
    static final String ACCOUNTS_OF = "system:serviceaccounts:";

    private static final List<String> SERVICES = List.of(
            "webhooks[].clientConfig.service.namespace",
            "spec.conversion.webhook.clientConfig.service.namespace",
            "spec.service.namespace");

    private final Map<String, String> names;

    NamespaceMapping(Map<String, String> names) {
        this.names = names;
    }

    /** In place. */
    void map(ObjectNode object) {
        rename(object, "metadata.namespace");
        switch (Trees.text(object, "kind")) {
            case "Namespace" -> {
                if (Trees.text(object, "apiVersion").equals("v1")) {
                    rename(object, "metadata.name");
                }
            }
            case "RoleBinding", "ClusterRoleBinding" -> {
                for (ObjectNode subject : Trees.parents(object, "subjects[].name")) {
                    rename(subject, "namespace");
                    String name = Trees.text(subject, "name");
                    if (name.startsWith(ACCOUNTS_OF)) {
                        String namespace = name.substring(ACCOUNTS_OF.length());
                        subject.put("name", ACCOUNTS_OF + names.getOrDefault(namespace, namespace));
                    }
                }
            }
            case "MutatingWebhookConfiguration",
                    "ValidatingWebhookConfiguration",
                    "CustomResourceDefinition",
                    "APIService" -> SERVICES.forEach(path -> rename(object, path));
            default -> {}
        }
    }

    private void rename(ObjectNode object, String path) {
        for (ObjectNode parent : Trees.parents(object, path)) {
            String name = names.get(Trees.text(parent, Trees.last(path)));
            if (name != null) {
                parent.put(Trees.last(path), name);
            }
        }
    }
}
