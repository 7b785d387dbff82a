package io.drkit.etcd.mirror;

import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Two servers for all tests of a class, each of which finds them as if never used. A subclass may choose another etcd. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class OnRealEtcd {

    private Pair pair;

    EtcdBinary binary() {
        return EtcdBinary.installed();
    }

    EtcdServerBuilder server() {
        return EtcdServer.builder().binary(binary());
    }

    EtcdServerBuilder primaryServer() {
        return server();
    }

    EtcdServerBuilder standbyServer() {
        return server();
    }

    final Pair pair() {
        return pair;
    }

    final Side primary() {
        return pair.primary();
    }

    final Side standby() {
        return pair.standby();
    }

    @BeforeAll
    void startServers() {
        pair = new Pair(Side.start(primaryServer()), Side.start(standbyServer()));
    }

    @BeforeEach
    void wipe() {
        pair.primary().wipe();
        pair.standby().wipe();
    }

    @AfterAll
    void stopServers() {
        if (pair != null) {
            pair.close();
        }
    }
}
