package io.drkit.kubernetes.artifact;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What an API server serves without any definition, as far as tests need it: apiVersion, plural, kind, whether namespaced. */
final class BuiltIn {

    static final List<List<String>> SERVED = served(
            "v1 | Namespace=namespaces | ConfigMap=configmaps Endpoints=endpoints Event=events LimitRange=limitranges"
                    + " PersistentVolumeClaim=persistentvolumeclaims Pod=pods ReplicationController=replicationcontrollers"
                    + " ResourceQuota=resourcequotas Secret=secrets Service=services ServiceAccount=serviceaccounts",
            "apps/v1 || ControllerRevision=controllerrevisions DaemonSet=daemonsets Deployment=deployments"
                    + " ReplicaSet=replicasets StatefulSet=statefulsets",
            "batch/v1 || CronJob=cronjobs Job=jobs",
            "autoscaling/v2 || HorizontalPodAutoscaler=horizontalpodautoscalers",
            "autoscaling/v1 || HorizontalPodAutoscaler=horizontalpodautoscalers",
            "discovery.k8s.io/v1 || EndpointSlice=endpointslices",
            "coordination.k8s.io/v1 || Lease=leases",
            "networking.k8s.io/v1 | IngressClass=ingressclasses | Ingress=ingresses NetworkPolicy=networkpolicies",
            "policy/v1 || PodDisruptionBudget=poddisruptionbudgets",
            "rbac.authorization.k8s.io/v1 | ClusterRole=clusterroles ClusterRoleBinding=clusterrolebindings"
                    + " | Role=roles RoleBinding=rolebindings",
            "scheduling.k8s.io/v1 | PriorityClass=priorityclasses |",
            "storage.k8s.io/v1 | StorageClass=storageclasses |",
            "node.k8s.io/v1 | RuntimeClass=runtimeclasses |",
            "admissionregistration.k8s.io/v1 | ValidatingWebhookConfiguration=validatingwebhookconfigurations |",
            "apiregistration.k8s.io/v1 | APIService=apiservices |",
            "apiextensions.k8s.io/v1 | CustomResourceDefinition=customresourcedefinitions |");

    private BuiltIn() {}

    static boolean isOne(String apiVersion) {
        return SERVED.stream().anyMatch(each -> each.get(0).equals(apiVersion));
    }

    private static List<List<String>> served(String... groups) {
        List<List<String>> all = new ArrayList<>();
        for (String group : groups) {
            String[] parts = group.split("\\|", -1);
            for (int i = 1; i <= 2; i++) {
                for (String kind : Set.of(parts[i].strip().split(" ", -1))) {
                    if (!kind.isEmpty()) {
                        String[] pair = kind.split("=", -1);
                        all.add(List.of(parts[0].strip(), pair[1], pair[0], String.valueOf(i == 2)));
                    }
                }
            }
        }
        return List.copyOf(all);
    }
}
