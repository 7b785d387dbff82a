package io.drkit.simulation;

import io.drkit.keystore.Bytes;
import io.drkit.object.OwnerReference;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kinds of objects that there are in living histories: owners before and after what they own in key order, and each kind that DrKit treats in its own way. */
@SuppressWarnings("ImmutableEnumChecker") // bytes that nothing changes
enum Kind {
    ALPHA("example.org/v1", "Alpha", "example.org/alphas/n/"),
    OMEGA("example.org/v1", "Omega", "example.org/omegas/n/"),
    /** In no scope. */
    OUTER("example.org/v1", "Outer", "example.org/outers/n/"),
    /** Its status is the standby's own. */
    DEPLOYMENT("apps/v1", "Deployment", "deployments/n/"),
    /** Its scope depends on what it says. */
    SECRET("v1", "Secret", "secrets/n/"),
    /** Never overwritten by one of another uid. */
    CLAIM("v1", "PersistentVolumeClaim", "persistentvolumeclaims/n/"),
    /** With an address, which another may have. */
    SERVICE("v1", "Service", "services/specs/n/"),
    NAMESPACE("v1", "Namespace", "namespaces/"),
    ACCOUNT("v1", "ServiceAccount", "serviceaccounts/n/");

    /** Which kind the first keys are of, the next ones and so on. */
    private static final Kind[] ORDER = {
        ALPHA,
        OMEGA,
        DEPLOYMENT,
        ALPHA,
        OUTER,
        OMEGA,
        ALPHA,
        SECRET,
        OMEGA,
        CLAIM,
        ALPHA,
        SERVICE,
        SERVICE,
        ALPHA,
        OMEGA,
        NAMESPACE,
        ACCOUNT,
        DEPLOYMENT,
        SECRET,
        CLAIM,
        OMEGA
    };

    final String apiVersion;
    final String kind;
    final Bytes folder;

    Kind(String apiVersion, String kind, String folder) {
        this.apiVersion = apiVersion;
        this.kind = kind;
        this.folder = Bytes.utf8("/registry/" + folder);
    }

    static Kind of(int index) {
        return ORDER[index % ORDER.length];
    }

    static Bytes key(int index) {
        Kind kind = of(index);
        return kind.key(kind.name(index));
    }

    String name(int index) {
        return this == ACCOUNT ? "default" : this == NAMESPACE ? "n" : kind.toLowerCase(Locale.ROOT) + index;
    }

    Bytes key(String name) {
        return folder.concat(Bytes.utf8(name));
    }

    boolean isNamespaced() {
        return this != NAMESPACE;
    }

    /** Null for a kind that nobody knows. */
    static @Nullable Kind of(OwnerReference owner) {
        return Arrays.stream(values())
                .filter(each -> each.kind.equals(owner.kind()) && each.apiVersion.equals(owner.apiVersion()))
                .findFirst()
                .orElse(null);
    }

    /** The definition that makes a site know this kind; none for one that is built in. */
    Optional<Bytes> definition() {
        return apiVersion.startsWith("example.org")
                ? Optional.of(Bytes.utf8(
                        "/registry/apiextensions.k8s.io/customresourcedefinitions/" + plural() + ".example.org"))
                : Optional.empty();
    }

    private String plural() {
        return kind.toLowerCase(Locale.ROOT) + "s";
    }

    /** What stands at {@link #definition()}. */
    Bytes defined() {
        return Bytes.utf8(("{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\","
                        + "\"metadata\":{\"name\":\"%s.example.org\",\"uid\":\"%s\"},\"spec\":{\"group\":\"example.org\","
                        + "\"names\":{\"kind\":\"%s\",\"plural\":\"%s\"},\"scope\":\"Namespaced\"}}")
                .formatted(plural(), plural(), kind, plural()));
    }
}
