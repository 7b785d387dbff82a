package io.drkit.restore;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.node.CommandResult;
import io.drkit.node.StaticPodManifest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The static pods of a node's control plane. */
record NodePods(EtcdPod etcd, Map<String, StaticPodManifest> others) {

    static final String APISERVER = "kube-apiserver.yaml";

    /** All but etcd, in the order in which they are stopped. */
    static final List<String> OTHERS = List.of(APISERVER, "kube-controller-manager.yaml", "kube-scheduler.yaml");

    static final List<String> FILES = List.of(OTHERS.get(0), OTHERS.get(1), OTHERS.get(2), EtcdPod.FILE);

    /** By which a process is known to be that of the pod, where the manifest has them. */
    private static final List<String> TELLING =
            List.of("secure-port", "etcd-servers", "advertise-address", "kubeconfig", "authentication-kubeconfig");

    static NodePods parse(CommandResult told, String folder, String node) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String line : told.outText().split("\n", -1)) {
            String[] words = line.split(" ", 2);
            texts.put(words[0], words.length == 1 ? "" : decoded(words[1]));
        }
        if (!texts.containsKey("end")) {
            throw new SiteUnreachableException(
                    "The manifests of " + node + " cannot be read. Connect as root, or with sudo.");
        }
        String source = folder + "/" + EtcdPod.FILE + " on " + node;
        String etcd = Optional.ofNullable(texts.get(EtcdPod.FILE))
                .orElseThrow(
                        () -> new UnsafeToProceedException(
                                "There is no " + source
                                        + ": say where the static pods are, or put it back. An etcd that is no static pod is restored by hand."));
        Map<String, StaticPodManifest> others = new LinkedHashMap<>();
        for (String file : OTHERS) {
            String text = texts.get(file);
            if (text != null) {
                others.put(file, StaticPodManifest.parse(text, program(file), folder + "/" + file + " on " + node));
            }
        }
        return new NodePods(EtcdPod.parse(etcd, source), others);
    }

    Optional<StaticPodManifest> manifest(String file) {
        return Optional.ofNullable(others.get(file));
    }

    /** Each as the script takes it that looks at a node: the file, the program, its flags. */
    List<String> all() {
        List<String> all = new ArrayList<>();
        others.forEach((file, manifest) -> all.add(file + "\n" + program(file, manifest)));
        all.add(EtcdPod.FILE + "\n" + etcd.program());
        return all;
    }

    /** Those of the named programs that are there, each as a script takes it. */
    List<String> programs(List<String> names) {
        List<String> programs = new ArrayList<>();
        others.forEach((file, manifest) -> {
            if (names.contains(program(file))) {
                programs.add(program(file, manifest));
            }
        });
        if (names.contains("etcd")) {
            programs.add(etcd.program());
        }
        return programs;
    }

    static String program(String file) {
        return file.substring(0, file.length() - ".yaml".length());
    }

    private static String program(String file, StaticPodManifest manifest) {
        StringBuilder program = new StringBuilder(program(file));
        for (String flag : TELLING) {
            manifest.flag(flag)
                    .ifPresent(value ->
                            program.append("\n--").append(flag).append('=').append(value));
        }
        // With none of them, that it is called so must do.
        return program.indexOf("\n") < 0 ? program + "\n" + program : program.toString();
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
