package io.drkit.etcd;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyChecker;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.KeyMirror;
import io.drkit.mirror.MirrorOptions;

/**
 * A primary and a standby on etcd, connected: what a mirror or a checker is made from in one line. Closing it closes both connections; close
 * what was started on them first.
 */
public final class EtcdPair implements AutoCloseable {

    private final EtcdKeyStore primary;
    private final EtcdKeyStore standby;

    private EtcdPair(EtcdKeyStore primary, EtcdKeyStore standby) {
        this.primary = primary;
        this.standby = standby;
    }

    /** Connects to both, by comma-separated endpoints, without TLS or user. Throws as {@link EtcdKeyStore#connect} does. */
    public static EtcdPair connect(String primaryEndpoints, String standbyEndpoints) {
        return connect(endpoints(primaryEndpoints), endpoints(standbyEndpoints));
    }

    private static EtcdConnection endpoints(String commaSeparated) {
        return EtcdConnection.to(commaSeparated.split(",")).build();
    }

    /** Connects to both. Throws as {@link EtcdKeyStore#connect} does. */
    public static EtcdPair connect(EtcdConnection primary, EtcdConnection standby) {
        EtcdKeyStore first = EtcdKeyStore.connect(primary);
        try {
            return new EtcdPair(first, EtcdKeyStore.connect(standby));
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    public EtcdKeyStore primary() {
        return primary;
    }

    public EtcdKeyStore standby() {
        return standby;
    }

    public KeyMirror mirror() {
        return mirror(MirrorOptions.defaults());
    }

    public KeyMirror mirror(MirrorOptions options) {
        return new DefaultKeyMirror(primary, standby, options);
    }

    public ConsistencyChecker checker() {
        return checker(CheckerOptions.DEFAULT);
    }

    public ConsistencyChecker checker(CheckerOptions options) {
        return new DefaultConsistencyChecker(primary, standby, options);
    }

    @Override
    public void close() {
        primary.close();
        standby.close();
    }
}
