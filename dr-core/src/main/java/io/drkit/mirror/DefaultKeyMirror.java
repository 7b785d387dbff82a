package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;

/**
 * The mirror between any two {@link KeyStore}s. It closes neither. Thread-safe.
 *
 * <p>It writes to the primary twice in its life: the site's identity and its role, under {@code /drkit/}.
 */
public final class DefaultKeyMirror implements KeyMirror {

    private final KeyStore primary;
    private final KeyStore standby;
    private final MirrorOptions options;

    public DefaultKeyMirror(KeyStore primary, KeyStore standby, MirrorOptions options) {
        this.primary = primary;
        this.standby = standby;
        this.options = options;
    }

    public DefaultKeyMirror(KeyStore primary, KeyStore standby) {
        this(primary, standby, MirrorOptions.defaults());
    }

    @Override
    public MirrorSession start(MirrorScope scope) {
        DefaultMirrorSession session = new DefaultMirrorSession(primary, standby, scope, options);
        session.begin();
        return session;
    }
}
