package io.drkit.snapshot;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which Kubernetes a site runs, as kubeadm wrote it into the ConfigMap {@code kube-system/kubeadm-config}, whose text stands in the stored value as it
 * is, unless it is encrypted.
 */
public final class KubernetesVersion {

    private static final Bytes KUBEADM = Bytes.utf8("/registry/configmaps/kube-system/kubeadm-config");
    private static final Pattern VERSION = Pattern.compile("kubernetesVersion: \"?(v[0-9][0-9A-Za-z.+-]{0,40})");

    private KubernetesVersion() {}

    /** Empty where nothing tells. */
    public static Optional<String> of(KeyStore store) {
        KeyValue stored = store.read(List.of(KUBEADM)).get(KUBEADM);
        if (stored == null) {
            return Optional.empty();
        }
        Matcher version = VERSION.matcher(new String(stored.value().unsafeArray(), StandardCharsets.ISO_8859_1));
        return version.find() ? Optional.of(version.group(1)) : Optional.empty();
    }
}
