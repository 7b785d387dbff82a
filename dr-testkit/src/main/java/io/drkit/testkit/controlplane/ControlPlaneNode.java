package io.drkit.testkit.controlplane;

import io.drkit.testkit.FreePort;
import io.drkit.testkit.etcd.TestCertificates;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.UnaryOperator;

/**
 * A control-plane node as kubeadm sets one up, as far as encryption at rest is concerned: an OpenSSH server with an {@code /etc} and processes of its
 * own; a kubelet that keeps the static pod of {@code /etc/kubernetes/manifests} running and starts it anew when the pod in it changes, and only then, as
 * the real one; and a kube-apiserver ({@link StandInApiserver}). Needs what {@link OpenSshServer#canBeSetApart} says.
 */
public final class ControlPlaneNode implements AutoCloseable {

    /** Where the file is that kube-apiserver reads. */
    public static final String FILE = "/etc/kubernetes/enc/enc.yaml";

    public static final String MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml";

    /** It looks often, and so without starting a process for it: that would be most of what a test with several nodes costs. */
    private static final String KUBELET = """
            read_pod() {
              now=
              while IFS= read -r line || [ -n "$line" ]; do
                case "${line#"${line%%[! ]*}"}" in "#"*) ;; *) now="$now$line;" ;; esac
              done < "$manifest"
            }
            pod=absent pid=
            while :; do
              now=absent
              [ ! -e "$manifest" ] || read_pod
              if [ "$now" != "$pod" ]; then
                if [ -n "$pid" ]; then kill "$pid"; wait "$pid"; pid=; fi
                pod=$now
              fi
              if [ "$now" != absent ] && { [ -z "$pid" ] || ! kill -0 "$pid"; }; then
                [ -z "$pid" ] || sleep 0.5
                echo started >> "$dir/starts"
                "$dir/bin/kube-apiserver" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \\
                  io.drkit.testkit.controlplane.StandInApiserver $(sed -n 's/^ *- \\(--.*\\)$/\\1/p' "$manifest") &
                pid=$!
              fi
              sleep 0.1
            done
            """;

    private static final String MANIFEST_TEXT = """
            apiVersion: v1
            kind: Pod
            metadata:
              annotations:
                kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 127.0.0.1:PORT
              creationTimestamp: null
              labels:
                component: kube-apiserver
                tier: control-plane
              name: kube-apiserver
              namespace: kube-system
            spec:
              containers:
              - command:
                - kube-apiserver
                - --bind-address=127.0.0.1
                - --client-ca-file=/etc/kubernetes/pki/ca.crt
                - --encryption-provider-config=/etc/kubernetes/enc/enc.yaml
                - --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
                - --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key
                - --secure-port=PORT
                - --tls-cert-file=/etc/kubernetes/pki/apiserver.crt
                - --tls-private-key-file=/etc/kubernetes/pki/apiserver.key
                image: kube-apiserver:v1.30.14
                name: kube-apiserver
                volumeMounts:
                - mountPath: /etc/kubernetes/pki
                  name: k8s-certs
                  readOnly: true
                - mountPath: /etc/kubernetes/enc
                  name: enc
                  readOnly: true
              hostNetwork: true
              volumes:
              - hostPath:
                  path: /etc/kubernetes/pki
                  type: DirectoryOrCreate
                name: k8s-certs
              - hostPath:
                  path: /etc/kubernetes/enc
                  type: DirectoryOrCreate
                name: enc
            """;

    private final OpenSshServer ssh;

    private ControlPlaneNode(OpenSshServer ssh) {
        this.ssh = ssh;
    }

    /** @param encryption what kube-apiserver's file says at first */
    public static ControlPlaneNode start(String name, TestCertificates certificates, String encryption) {
        return start(name, certificates, encryption, manifest -> manifest, node -> node);
    }

    /**
     * @param manifest changes the manifest
     * @param node changes the node
     */
    public static ControlPlaneNode start(
            String name,
            TestCertificates certificates,
            String encryption,
            UnaryOperator<String> manifest,
            UnaryOperator<OpenSshServer.Builder> node) {
        String pod = manifest.apply(MANIFEST_TEXT.replace("PORT", Integer.toString(FreePort.next())));
        OpenSshServer.Builder builder = OpenSshServer.builder()
                .hostname(name)
                .ownProcesses()
                .boot("if [ ! -e /etc/kubernetes ]; then\n"
                        + "umask 077; mkdir -p /etc/kubernetes/enc /etc/kubernetes/manifests /etc/kubernetes/pki \"$dir/bin\"\n"
                        + "ln -s '" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + "' \"$dir/bin/kube-apiserver\"\n"
                        + file(FILE, encryption)
                        + pki("ca.crt", certificates.authority())
                        + pki("apiserver.crt", certificates.serverCertificate())
                        + pki("apiserver.key", certificates.serverKey())
                        + pki("apiserver-kubelet-client.crt", certificates.clientCertificate())
                        + pki("apiserver-kubelet-client.key", certificates.clientKey())
                        + file(MANIFEST, pod)
                        + "fi\n")
                .boot("export CLASSPATH='" + System.getProperty("java.class.path") + "' manifest=" + MANIFEST)
                .boot("sh <<'KUBELET' > \"$dir/kubelet.log\" 2>&1 &\n" + KUBELET + "KUBELET");
        return new ControlPlaneNode(node.apply(builder).start());
    }

    /** How it is logged in to. */
    public OpenSshServer ssh() {
        return ssh;
    }

    /** Where a file of the node, such as {@link #FILE}, lies for the test. */
    public Path path(String file) {
        return ssh.folder().resolve(file.substring(1));
    }

    /** What the file holds. */
    public String file() {
        return read(path(FILE));
    }

    public String manifest() {
        return read(path(MANIFEST));
    }

    /** What the file said when kube-apiserver last read it. */
    public String loaded() {
        return read(path("/etc/kubernetes/pki/loaded"));
    }

    /** How often kube-apiserver was started. */
    public int starts() {
        Path starts = ssh.folder().resolve("starts");
        return Files.exists(starts) ? (int) read(starts).lines().count() : 0;
    }

    /** kube-apiserver is not ready with a configuration that has a key of this name. */
    public void notReadyWith(String keyName) {
        fault("not-ready-with " + keyName);
    }

    /** kube-apiserver is ready with such a configuration, and ends a second later, each time. */
    public void diesWith(String keyName) {
        fault("dies-with " + keyName);
    }

    private void fault(String fault) {
        try {
            Files.writeString(path("/etc/kubernetes/pki/fault"), fault + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What kubelet and kube-apiserver said. */
    public String log() {
        return read(ssh.folder().resolve("kubelet.log"));
    }

    @Override
    public void close() {
        ssh.close();
    }

    private static String pki(String name, Path file) {
        return file("/etc/kubernetes/pki/" + name, read(file));
    }

    /** By a here-document in base64, so that its content cannot be taken for the script. */
    private static String file(String path, String content) {
        return "base64 -d > " + path + " <<'END'\n"
                + Base64.getMimeEncoder()
                        .encodeToString(content.getBytes(StandardCharsets.UTF_8))
                        .replace("\r", "") + "\nEND\n";
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
