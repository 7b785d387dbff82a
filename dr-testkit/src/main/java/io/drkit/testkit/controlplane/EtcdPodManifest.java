package io.drkit.testkit.controlplane;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The manifest of an etcd as kubeadm writes it, and those of the others.
 *
 * @param data the folder on the node
 * @param folder the same for etcd
 */
record EtcdPodManifest(String name, Path data, String folder, int clientPort, int peerPort) {

    private static final String ETCD = """
            apiVersion: v1
            kind: Pod
            metadata:
              labels: {component: etcd, tier: control-plane}
              name: etcd
              namespace: kube-system
            spec:
              containers:
              - command:
                - etcd
                - --advertise-client-urls=CLIENT
                - --data-dir=FOLDER
                - --election-timeout=ELECTION
                - --heartbeat-interval=HEARTBEAT
                - --initial-advertise-peer-urls=PEER
                - --initial-cluster=CLUSTER
                - --listen-client-urls=CLIENT
                - --listen-peer-urls=PEER
                - --name=NAME
                image: registry.k8s.io/etcd:3.5.16-0
                name: etcd
                volumeMounts:
                - mountPath: FOLDER
                  name: etcd-data
              hostNetwork: true
              volumes:
              - hostPath:
                  path: DATA
                  type: DirectoryOrCreate
                name: etcd-data
            """;

    private static final String OTHER = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: PROGRAM
              namespace: kube-system
            spec:
              containers:
              - command:
                - PROGRAM
                - --kubeconfig=FOLDER/PROGRAM.conf
                image: registry.k8s.io/PROGRAM:v1.30.14
                name: PROGRAM
            """;

    String clientUrl() {
        return "http://127.0.0.1:" + clientPort;
    }

    /**
     * @param known the members that it names
     * @param alone whether it is the only one there is: it is its own leader soon then, where several must not think each other dead so soon
     */
    String text(List<EtcdPodManifest> known, boolean alone) {
        String cluster = known.stream()
                .map(each -> each.name + "=http://127.0.0.1:" + each.peerPort)
                .collect(Collectors.joining(","));
        return ETCD.replace("CLIENT", clientUrl())
                .replace("PEER", "http://127.0.0.1:" + peerPort)
                .replace("CLUSTER", cluster)
                .replace("FOLDER", folder)
                .replace("DATA", data.toString())
                .replace("NAME", name)
                .replace("HEARTBEAT", alone ? "20" : "100")
                .replace("ELECTION", alone ? "200" : "1000");
    }

    /** @param folder makes its flags its own, for nodes may share a machine */
    static String other(String program, Path folder) {
        return OTHER.replace("PROGRAM", program).replace("FOLDER", folder.toString());
    }
}
