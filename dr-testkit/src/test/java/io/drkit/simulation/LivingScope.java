package io.drkit.simulation;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.object.DesiredState;
import io.drkit.object.KubernetesDesiredState;
import io.drkit.object.StoredObject;

/**
 * What is mirrored to a standby whose control plane is alive: all but {@link Kind#OUTER}, which each site has of its own, and of secrets only those
 * that do not say that they are local.
 */
record LivingScope(Standard standard) implements MirrorScope {

    /** What counts. */
    enum Standard {
        WHOLE(DesiredState.WHOLE),
        KUBERNETES(DesiredState.KUBERNETES),
        /** Owners that the standby never has are left out. */
        WITHOUT_FOREIGN_OWNERS(new KubernetesDesiredState(owner -> owner.kind().equals(Kind.OUTER.kind)));

        @SuppressWarnings("ImmutableEnumChecker") // pure, as its interface says
        private final DesiredState desired;

        Standard(DesiredState desired) {
            this.desired = desired;
        }
    }

    @Override
    public String name() {
        return "living";
    }

    @Override
    public KeyRange range() {
        return KeyRange.prefix("/registry/");
    }

    @Override
    public boolean mayAdmit(Bytes key) {
        return !key.startsWith(Kind.OUTER.folder);
    }

    @Override
    public boolean readsValues() {
        return true;
    }

    @Override
    public boolean admits(KeyValue entry) {
        return mayAdmit(entry.key())
                && (!entry.key().startsWith(Kind.SECRET.folder)
                        || (StoredObject.read(entry.value()).isPresent()
                                && !entry.value().utf8().contains(Thing.LOCAL)));
    }

    @Override
    public boolean isUndecidable(KeyValue entry) {
        return entry.key().startsWith(Kind.SECRET.folder) && StoredObject.isEncrypted(entry.value());
    }

    @Override
    public boolean standbyIsAlive() {
        return true;
    }

    @Override
    public DesiredState desired() {
        return standard.desired;
    }
}
