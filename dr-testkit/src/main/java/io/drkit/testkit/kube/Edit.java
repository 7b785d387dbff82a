package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import java.util.Optional;
import java.util.Set;

/** An object as controllers change it: parts of its value are rewritten, in its own notation. Not thread-safe. */
interface Edit {

    /** Empty for what is no object or cannot be read. */
    static Optional<Edit> of(Bytes value) {
        if (value.startsWith(ProtobufEdit.MAGIC)) {
            return Optional.of(new ProtobufEdit(value));
        }
        return JsonEdit.of(value);
    }

    /** {@code spec.replicas}, or a job's parallelism; one where it is not set. */
    int replicas();

    /** Whether a Service chooses pods. */
    boolean hasSelector();

    /** Takes away the references to owners of these uids. */
    Edit withoutOwners(Set<String> uids);

    /** Another status, as the kind's controller would write it, and {@code managedFields} that say so. */
    Edit status(String kind, int number);

    /** {@code managedFields} say so; what they say of other managers stays. */
    Edit managedBy(String manager, boolean status);

    Edit label(String name, String value);

    /** What binds a claim to a volume. */
    Edit boundTo(String volume);

    Bytes value();
}
