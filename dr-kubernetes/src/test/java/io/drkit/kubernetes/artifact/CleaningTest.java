package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule of cleaning: what an object is, and what is left of it; and that an update puts back all that was taken. */
class CleaningTest {

    private static final String RULES = """
            what a server gives every object | {apiVersion: v1, kind: ConfigMap, metadata: {name: a, uid: u, resourceVersion: "1", generation: 2, creationTimestamp: "2026", selfLink: /x, managedFields: [{manager: m}], deletionGracePeriodSeconds: 1}, data: {a: b}} | {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}
            status | {apiVersion: e.dr/v1, kind: Widget, metadata: {name: a}, spec: {status: kept}, status: {x: 1}} | {apiVersion: e.dr/v1, kind: Widget, metadata: {name: a}, spec: {status: kept}}
            owners and finalizers | {apiVersion: v1, kind: Secret, metadata: {name: a, ownerReferences: [{uid: u}], finalizers: [f]}} | {apiVersion: v1, kind: Secret, metadata: {name: a}}
            annotations of tools and controllers, and not others | {apiVersion: apps/v1, kind: Deployment, metadata: {name: a, annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}", deployment.kubernetes.io/revision: "3", mine: kept}}} | {apiVersion: apps/v1, kind: Deployment, metadata: {name: a, annotations: {mine: kept}}}
            a map that gets empty | {apiVersion: apps/v1, kind: Deployment, metadata: {name: a, annotations: {deployment.kubernetes.io/revision: "3"}}} | {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}
            the binding and source of a claim | {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a, annotations: {pv.kubernetes.io/bind-completed: "yes", volume.kubernetes.io/storage-provisioner: p}}, spec: {volumeName: pv-1, storageClassName: fast, dataSource: {kind: VolumeSnapshot}, dataSourceRef: {kind: VolumeSnapshot}}} | {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {storageClassName: fast}}
            addresses and ports of a service | {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, healthCheckNodePort: 30000, ports: [{port: 80, nodePort: 30001}]}} | {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}
            a headless service stays one | {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: None, clusterIPs: [None], ipFamilyPolicy: RequireDualStack}} | {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: None, clusterIPs: [None], ipFamilyPolicy: RequireDualStack}}
            the finalizer and name label of a namespace | {apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {kubernetes.io/metadata.name: a, x: y}}, spec: {finalizers: [kubernetes]}} | {apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {x: y}}}
            tokens of a service account | {apiVersion: v1, kind: ServiceAccount, metadata: {name: a}, secrets: [{name: a-token-1}], imagePullSecrets: [{name: a-dockercfg-1}, {name: mine}]} | {apiVersion: v1, kind: ServiceAccount, metadata: {name: a}, imagePullSecrets: [{name: mine}]}
            node, priority and token of a pod | {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {nodeName: n, priority: 0, preemptionPolicy: P, volumes: [{name: kube-api-access-x}, {name: d}], containers: [{name: c, volumeMounts: [{name: kube-api-access-x}, {name: d}]}], initContainers: [{name: i, volumeMounts: [{name: kube-api-access-x}]}]}} | {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {volumes: [{name: d}], containers: [{name: c, volumeMounts: [{name: d}]}], initContainers: [{name: i}]}}
            the generated selector of a job | {apiVersion: batch/v1, kind: Job, metadata: {name: a, labels: {controller-uid: u, x: y}}, spec: {selector: {matchLabels: {controller-uid: u}}, template: {metadata: {creationTimestamp: null, labels: {batch.kubernetes.io/controller-uid: u, job-name: a, x: y}}}}} | {apiVersion: batch/v1, kind: Job, metadata: {name: a, labels: {x: y}}, spec: {template: {metadata: {labels: {x: y}}}}}
            not the selector that a person made | {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {manualSelector: true, selector: {matchLabels: {x: y}}}} | {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {manualSelector: true, selector: {matchLabels: {x: y}}}}
            a job that is complete is suspended | {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {completions: 1}, status: {conditions: [{type: Complete, status: "True"}]}} | {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {completions: 1, suspend: true}}
            a job that has failed is suspended | {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {suspend: false}, status: {conditions: [{type: Failed, status: "True"}]}} | {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {suspend: true}}
            a job that is running is not | {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {completions: 1}, status: {conditions: [{type: Complete, status: "False"}]}} | {apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {completions: 1}}
            templates of a stateful set | {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {template: {metadata: {creationTimestamp: null, labels: {x: y}}}, volumeClaimTemplates: [{metadata: {name: d, creationTimestamp: null}, spec: {x: 1}, status: {phase: Pending}}]}} | {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {template: {metadata: {labels: {x: y}}}, volumeClaimTemplates: [{metadata: {name: d}, spec: {x: 1}}]}}
            templates of a cron job | {apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {metadata: {creationTimestamp: null}, spec: {template: {metadata: {creationTimestamp: null}}}}}} | {apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {metadata: {}, spec: {template: {metadata: {}}}}}}
            that a class is its cluster's default | {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a, annotations: {storageclass.kubernetes.io/is-default-class: "true", storageclass.beta.kubernetes.io/is-default-class: "true", x: y}}, provisioner: p} | {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a, annotations: {x: y}}, provisioner: p}
            the same of ingresses | {apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}} | {apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a}}
            the same of priorities | {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: a}, value: 1, globalDefault: true} | {apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: a}, value: 1}
            where a network put a namespace | {apiVersion: v1, kind: Namespace, metadata: {name: a, annotations: {ovn.kubernetes.io/logical_switch: s, ovn.kubernetes.io/cidr: 10.3.0.0/16, x: y}}} | {apiVersion: v1, kind: Namespace, metadata: {name: a, annotations: {x: y}}}
            but not where a person wants its pods | {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {metadata: {annotations: {ovn.kubernetes.io/logical_switch: s}}}}} | {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {metadata: {annotations: {ovn.kubernetes.io/logical_switch: s}}}}}
            rules that a controller aggregates | {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {x: y}}]}, rules: [{verbs: [get]}]} | {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {x: y}}]}}
            the CA that a controller puts into a webhook | {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a, annotations: {cert-manager.io/inject-ca-from: a/b}}, webhooks: [{name: w, clientConfig: {caBundle: Q0E=, service: {name: s}}}]} | {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a, annotations: {cert-manager.io/inject-ca-from: a/b}}, webhooks: [{name: w, clientConfig: {service: {name: s}}}]}
            and not one that a person put there | {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: w, clientConfig: {caBundle: Q0E=}}]} | {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: a}, webhooks: [{name: w, clientConfig: {caBundle: Q0E=}}]}
            the CA of a definition's conversion | {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a, annotations: {service.beta.openshift.io/inject-cabundle: "true"}}, spec: {conversion: {webhook: {clientConfig: {caBundle: Q0E=}}}}} | {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a, annotations: {service.beta.openshift.io/inject-cabundle: "true"}}, spec: {conversion: {webhook: {clientConfig: {}}}}}
            """;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = RULES)
    void takes_what_the_cluster_gave_and_puts_it_back(String rule, String before, String after) {
        ObjectNode object = yaml(before);
        Cleaning.clean(object);
        assertThat(object).isEqualTo(yaml(after));

        ObjectNode again = object.deepCopy();
        Cleaning.clean(again);
        assertThat(again).as("cleaned again").isEqualTo(object);

        ObjectNode update = object.deepCopy();
        Cleaning.keep(update, yaml(before));
        assertThat(update).as("updated").isEqualTo(yaml(before));
    }

    private static ObjectNode yaml(String text) {
        return Yaml.read(text.getBytes(StandardCharsets.UTF_8)).get(0);
    }
}
