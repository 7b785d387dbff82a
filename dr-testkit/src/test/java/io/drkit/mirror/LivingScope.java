package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.object.DesiredState;

/** All of the registry but pods; the standby's own statuses are its own. */
record LivingScope() implements MirrorScope {

    @Override
    public KeyRange range() {
        return KeyRange.prefix("/registry/");
    }

    @Override
    public boolean admits(KeyValue entry) {
        return mayAdmit(entry.key());
    }

    @Override
    public boolean mayAdmit(Bytes key) {
        return !key.startsWith(Bytes.utf8("/registry/pods/"));
    }

    @Override
    public boolean standbyIsAlive() {
        return true;
    }

    @Override
    public DesiredState desired() {
        return DesiredState.KUBERNETES;
    }

    @Override
    public String name() {
        return "living";
    }
}
