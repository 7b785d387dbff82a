package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.util.Optional;

/**
 * Which part of a value is the primary's to say, and how a standby's value is made to agree with it. Pure and thread-safe. Values that cannot be
 * read count whole.
 */
public interface DesiredState {

    /** Every byte is the primary's: for a standby whose control plane is stopped. */
    DesiredState WHOLE = new DesiredState() {
        @Override
        public boolean isEqual(Bytes primary, Bytes standby) {
            return primary.equals(standby);
        }

        @Override
        public Bytes toCreate(Bytes primary) {
            return primary;
        }

        @Override
        public Bytes toUpdate(Bytes primary, Bytes standby) {
            return primary;
        }

        @Override
        public boolean allowsAbsence(Bytes primary) {
            return false;
        }

        @Override
        public Optional<String> objection(Bytes primary, Bytes standby) {
            return Optional.empty();
        }
    };

    /** What Kubernetes' own controllers write is each cluster's own, and every owner counts: for a standby whose control plane is alive. */
    DesiredState KUBERNETES = new KubernetesDesiredState(owner -> false);

    /** Whether the standby's value agrees with the primary's in all that is the primary's to say. */
    boolean isEqual(Bytes primary, Bytes standby);

    /** What to write where the standby has nothing. */
    Bytes toCreate(Bytes primary);

    /** What to write over the standby's value: the primary's, with what is the standby's own kept. */
    Bytes toUpdate(Bytes primary, Bytes standby);

    /** Whether it is no difference that the standby has nothing where the primary has this. */
    boolean allowsAbsence(Bytes primary);

    /** Why the standby's value must never be overwritten with the primary's, if it must not. */
    Optional<String> objection(Bytes primary, Bytes standby);
}
