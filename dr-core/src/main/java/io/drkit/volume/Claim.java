package io.drkit.volume;

/** A PersistentVolumeClaim, which has the same name on both sites. */
public record Claim(String namespace, String name) implements Comparable<Claim> {

    /** @throws IllegalArgumentException when something is blank */
    public Claim {
        if (namespace.isBlank() || name.isBlank()) {
            throw new IllegalArgumentException("A claim needs a namespace and a name.");
        }
    }

    @Override
    public int compareTo(Claim other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return "claim " + name + " in namespace " + namespace;
    }
}
