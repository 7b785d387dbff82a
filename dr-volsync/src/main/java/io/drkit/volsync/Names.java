package io.drkit.volsync;

import io.drkit.volume.Claim;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.Map;

/** What the things are called that belong to a claim's replication, and the mark by which DrKit knows its own. */
final class Names {

    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    private static final String US = "drkit";

    /** Labels of everything that DrKit creates. Nothing without them is changed or deleted. */
    static final Map<String, String> OURS = Map.of(MANAGED_BY, US);

    private Names() {}

    static String receiver(Claim claim) {
        return "rd-" + claim.name();
    }

    static String sender(Claim claim) {
        return "rs-" + claim.name();
    }

    /** Receives from the {@linkplain #restored restored} claim at the same site, in a failover. */
    static String localReceiver(Claim claim) {
        return "rd-" + claim.name() + "-local";
    }

    static String localSender(Claim claim) {
        return "rs-" + claim.name() + "-local";
    }

    /** A claim made of a snapshot, in a failover. */
    static String restored(Claim claim) {
        return "restored-" + claim.name();
    }

    static String key(Claim claim) {
        return "drkit-psk-" + claim.name();
    }

    static String localKey(Claim claim) {
        return key(claim) + "-local";
    }

    /** The ConfigMap that holds a {@link SiteRecord}. */
    static String record(Claim claim) {
        return "drkit-" + claim.name();
    }

    /** An annotation of what is made for a claim: its name, for names of two claims' things may be alike. */
    static final String CLAIM = "drkit.io/claim";

    /** An annotation of a sender: how full its claim was when it was last worth sending, in bytes. */
    static final String USED_BYTES = "drkit.io/used-bytes";

    /** Whether DrKit made it, and for this claim. */
    static boolean isOurs(HasMetadata object, Claim claim) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return isOurs(object) && annotations != null && claim.name().equals(annotations.get(CLAIM));
    }

    /** Metadata of something made for a claim. */
    static ObjectMeta meta(Claim claim, String name) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(claim.namespace())
                .withLabels(OURS)
                .addToAnnotations(CLAIM, claim.name())
                .build();
    }

    static boolean isOurs(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels != null && US.equals(labels.get(MANAGED_BY));
    }

    static boolean isOwnedBy(HasMetadata object, String uid) {
        return object.getMetadata().getOwnerReferences() != null
                && object.getMetadata().getOwnerReferences().stream()
                        .map(OwnerReference::getUid)
                        .anyMatch(uid::equals);
    }
}
