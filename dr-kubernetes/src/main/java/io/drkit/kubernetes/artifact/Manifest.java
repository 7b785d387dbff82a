package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.artifact.ExportReport;

/** What an archive says of itself, by which it is known as one: {@code artifacts.yaml}. */
final class Manifest {

    static final String FILE = "artifacts.yaml";
    static final String IMAGES = "images.txt";
    static final String KIND = "Artifacts";

    private static final String GROUP = "artifacts.drkit.io/";
    private static final String FORMAT = GROUP + "v1";

    private Manifest() {}

    static ObjectNode of(ExportReport report) {
        ObjectNode manifest =
                Trees.JSON.createObjectNode().put("apiVersion", FORMAT).put("kind", KIND);
        manifest.put("source", report.source())
                .put("exported", report.exported().toString());
        report.namespaces().forEach(manifest.putArray("namespaces")::add);
        report.objects().forEach(manifest.putObject("objects")::put);
        report.leftOut().forEach(manifest.putObject("leftOut")::put);
        if (!report.notes().isEmpty()) {
            report.notes().forEach(manifest.putArray("notes")::add);
        }
        return manifest;
    }

    static boolean isOne(JsonNode document) {
        return Trees.text(document, "kind").equals(KIND)
                && Trees.text(document, "apiVersion").startsWith(GROUP);
    }

    /** Whether this version of DrKit can read what it describes. */
    static boolean isKnown(JsonNode manifest) {
        return Trees.text(manifest, "apiVersion").equals(FORMAT);
    }
}
