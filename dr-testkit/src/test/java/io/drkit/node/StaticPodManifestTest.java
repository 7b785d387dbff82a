package io.drkit.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read in a manifest, and that the annotation is all that is ever changed. */
class StaticPodManifestTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00.123Z");
    private static final String SPEC = """
            spec:
              containers:
              - name: sidecar
                command: [sh, -c, kube-apiserver]
              - name: kube-apiserver
                command:
                - kube-apiserver
                - --secure-port=6443
                - --secure-port=7443
                - --encryption-provider-config
                - /etc/kubernetes/enc/enc.yaml
                args: [--profiling]
                volumeMounts:
                - {mountPath: /etc, name: wide}
                - {mountPath: /etc/kubernetes/enc/, name: narrow, subPath: inside}
                - {mountPath: /etc/kubernetes/pki/one.key, name: file}
                - {mountPath: /empty, name: emptyDir}
              volumes:
              - {name: wide, hostPath: {path: /host/etc}}
              - {name: narrow, hostPath: {path: /host/enc/}}
              - {name: file, hostPath: {path: /keys/two.key, type: File}}
              - {name: emptyDir, emptyDir: {}}
            """;

    private static StaticPodManifest parse(String text) {
        return StaticPodManifest.parse(text, StaticPodManifest.KUBE_APISERVER, "the manifest");
    }

    @Test
    void flags_are_read_as_kube_apiserver_reads_them() {
        StaticPodManifest manifest = parse("metadata: {name: x}\n" + SPEC);
        assertThat(manifest.flag("secure-port")).contains("7443");
        assertThat(manifest.flag("encryption-provider-config")).contains("/etc/kubernetes/enc/enc.yaml");
        assertThat(manifest.flag("profiling")).contains("true");
        assertThat(manifest.flag("encryption-provider")).isEmpty();
    }

    @Test
    void a_file_is_found_by_the_narrowest_mount() {
        StaticPodManifest manifest = parse("metadata: {name: x}\n" + SPEC);
        assertThat(manifest.onHost("/etc/kubernetes/enc/enc.yaml")).contains("/host/enc/inside/enc.yaml");
        assertThat(manifest.onHost("/etc/kubernetes/enclave")).contains("/host/etc/kubernetes/enclave");
        assertThat(manifest.onHost("/etc/kubernetes/pki/one.key")).contains("/keys/two.key");
        assertThat(manifest.onHost("/empty/file")).isEmpty();
        assertThat(manifest.onHost("/elsewhere")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metadata:\n  name: x\n",
                "# metadata: comment\nmetadata: # ours\n  # first\n  name: x\n  annotations:\n    a: b # c\n",
                "metadata:\n    annotations:\n        a: \"1\"\n        drkit.io/restarted-at: \"2020-01-01T00:00:00Z\"\n        z: y\n    name: x\n",
                "kind: Pod\nmetadata:\n  annotations:\n    drkit.io/restarted-at: \"2020-01-01T00:00:00Z\"\n  name: x\n"
            })
    void a_restart_changes_the_annotation_and_nothing_else(String head) {
        String text = head + SPEC;
        String after = parse(text).restartedAt(NOW);
        assertThat(after).contains("drkit.io/restarted-at: \"2026-11-25T12:00:00.123Z\"");
        assertThat(after.lines().filter(line -> !text.lines().toList().contains(line)))
                .as("lines that came")
                .allMatch(line -> line.contains("restarted-at") || line.strip().equals("annotations:"));
        assertThat(text.lines().filter(line -> !line.contains("restarted-at")))
                .as("lines that stayed")
                .allMatch(line -> after.lines().toList().contains(line));
        assertThat(parse(text).isSameButRestarted(after)).isTrue();
        assertThat(parse(after).restartedAt(NOW)).isEqualTo(after);
        assertThat(parse(text).isSameButRestarted(after.replace("6443", "6444")))
                .isFalse();
        assertThat(parse(text).isSameButRestarted("{")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metadata: {name: x}\n",
                "metadata:\n  name: x\n  annotations: {a: b}\n",
                "metadata:\n  name: x\n  annotations: {}\n",
                "",
                "metadata:\n  name: |\n    metadata:\n      annotations:\n        a: b\n  annotations: {}\n"
            })
    void where_it_cannot_be_set_safely_it_is_not_set(String head) {
        StaticPodManifest manifest = parse(head + SPEC);
        assertThatThrownBy(() -> manifest.restartedAt(NOW))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Give a command that restarts kube-apiserver");
    }

    @Test
    void what_is_no_manifest_of_it_is_told() {
        assertThatThrownBy(() -> parse("kind: Pod\n"))
                .hasMessageContaining("has no container that runs kube-apiserver");
        assertThatThrownBy(() -> parse("a: [")).hasMessageContaining("is no YAML");
        assertThatThrownBy(() -> parse("")).hasMessageContaining("is no YAML");
    }
}
