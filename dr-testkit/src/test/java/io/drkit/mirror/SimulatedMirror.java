package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;

/** A mirror session that runs in a thread of the simulation's, not in its own. */
public final class SimulatedMirror {

    private final DefaultMirrorSession session;

    public SimulatedMirror(KeyStore source, KeyStore standby, MirrorScope scope, MirrorOptions options) {
        this.session = new DefaultMirrorSession(source, standby, scope, options);
    }

    /** All that the session does, until it ends. */
    public void run() {
        session.work();
    }

    /** Asks for the end. */
    public void stop() {
        session.stop();
    }

    public MirrorStatus status() {
        return session.status();
    }
}
