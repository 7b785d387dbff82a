package io.drkit.restore;

import io.drkit.UnsafeToProceedException;
import io.drkit.node.StaticPodManifest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the manifest of a node's etcd says.
 *
 * @param name the member's
 * @param peerUrls as the flag has them, with commas between
 * @param folder of the data as etcd is told it
 * @param data the same folder on the node
 * @param named the members of {@code --initial-cluster}: with kubeadm a part of them, and all that etcd knows of is not to be had from it
 */
record EtcdPod(String name, String peerUrls, String folder, String data, Set<String> named) {

    static final String FILE = "etcd.yaml";

    /** What a restore does not know how to honour. */
    private static final List<String> REFUSED =
            List.of("wal-dir", "discovery", "discovery-srv", "config-file", "force-new-cluster");

    /** @param source how the manifest is called in messages */
    static EtcdPod parse(String text, String source) {
        StaticPodManifest manifest = StaticPodManifest.parse(text, "etcd", source);
        for (String flag : REFUSED) {
            if (manifest.flag(flag).isPresent()) {
                throw new UnsafeToProceedException(
                        source + " has --" + flag
                                + ", which a restore does not know how to honour. Restore by hand, or change the layout first.");
            }
        }
        String folder = required(manifest, "data-dir", source);
        String data = manifest.onHost(folder)
                .filter(path -> path.length() > 1
                        && path.startsWith("/")
                        && path.chars().noneMatch(Character::isISOControl))
                .orElseThrow(() -> new UnsafeToProceedException("No hostPath of " + source + " brings " + folder
                        + " into the container, so the data is not found."));
        return new EtcdPod(
                required(manifest, "name", source),
                required(manifest, "initial-advertise-peer-urls", source),
                folder,
                data,
                names(manifest.flag("initial-cluster").orElse("")));
    }

    private static String required(StaticPodManifest manifest, String flag, String source) {
        return manifest.flag(flag)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> new UnsafeToProceedException(
                        source + " gives etcd no --" + flag + ", without which nothing can be restored: give it one."));
    }

    private static Set<String> names(String cluster) {
        Set<String> names = new LinkedHashSet<>();
        for (String member : cluster.split(",", -1)) {
            int equals = member.indexOf('=');
            if (equals > 0) {
                names.add(member.substring(0, equals));
            }
        }
        return names;
    }

    List<String> urls() {
        return List.of(peerUrls.split(",", -1));
    }

    /** This member, as a part of {@code --initial-cluster}. */
    String asMember() {
        List<String> parts = new ArrayList<>();
        urls().forEach(url -> parts.add(name + "=" + url));
        return String.join(",", parts);
    }

    /** As the scripts take a program: its name, and the flags by which its process is known. */
    String program() {
        return "etcd\n--name=" + name + "\n--data-dir=" + folder;
    }
}
