package io.drkit.keyspace;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Keys and objects made by hand. Built-in kinds may be stored as JSON, too. */
final class Crafted {

    private Crafted() {}

    static Bytes key(String path) {
        return Bytes.utf8("/registry/" + path);
    }

    static KeyValue entry(String path, Bytes value) {
        return new KeyValue(key(path), value, 1, 1, 1, false);
    }

    static KeyValue leased(String path, Bytes value) {
        return new KeyValue(key(path), value, 1, 1, 1, true);
    }

    static KeyValue json(String path, String apiVersion, String kind, String metadata, String rest) {
        return entry(
                path,
                Bytes.utf8("{\"apiVersion\":\"" + apiVersion + "\",\"kind\":\"" + kind
                        + "\",\"metadata\":{\"name\":\"x\",\"uid\":\"u\"" + (metadata.isEmpty() ? "" : "," + metadata)
                        + "}," + rest + "}"));
    }

    static KeyValue webhook(String kind, String... namespaces) {
        List<String> hooks = new ArrayList<>();
        for (String namespace : namespaces) {
            hooks.add("{\"name\":\"h\",\"clientConfig\":{\"service\":{\"namespace\":\"" + namespace
                    + "\",\"name\":\"s\"}}}");
        }
        return json(
                kind.toLowerCase(Locale.ROOT) + "webhookconfigurations/w",
                "admissionregistration.k8s.io/v1",
                kind + "WebhookConfiguration",
                "",
                "\"webhooks\":[" + String.join(",", hooks) + "]");
    }

    static KeyValue apiService(String labels, String namespace) {
        return json(
                "apiregistration.k8s.io/apiservices/v1.example.com",
                "apiregistration.k8s.io/v1",
                "APIService",
                "\"labels\":" + labels,
                "\"spec\":{\"service\":{\"namespace\":\"" + namespace + "\",\"name\":\"s\"}}");
    }

    static KeyValue owned(String... owners) {
        return json(
                "configmaps/team-1/c",
                "v1",
                "ConfigMap",
                "\"ownerReferences\":[" + String.join(",", owners) + "]",
                "\"data\":{}");
    }

    static String owner(String apiVersion, String kind, String name) {
        return "{\"apiVersion\":\"" + apiVersion + "\",\"kind\":\"" + kind + "\",\"name\":\"" + name + "\",\"uid\":\"u-"
                + name + "\"}";
    }
}
