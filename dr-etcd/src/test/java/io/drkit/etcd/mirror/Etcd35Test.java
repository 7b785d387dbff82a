package io.drkit.etcd.mirror;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.testkit.etcd.EtcdBinary;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The main stories once more, between two etcd 3.5, whose progress notifications can be trusted. Skipped where there is none. */
class Etcd35Test {

    @BeforeAll
    static void requireEtcd35() {
        assumeTrue(EtcdBinary.v35().isPresent(), "etcd 3.5 is absent: run script/etcd");
    }

    private static EtcdBinary v35() {
        return EtcdBinary.v35().orElseThrow();
    }

    @Nested
    class Oracle extends OracleTest {
        @Override
        EtcdBinary binary() {
            return v35();
        }

        @Override
        int kills() {
            return 3;
        }
    }

    @Nested
    class Compaction extends CompactionTest {
        @Override
        EtcdBinary binary() {
            return v35();
        }
    }

    @Nested
    class Strangers extends StrangersTest {
        @Override
        EtcdBinary binary() {
            return v35();
        }
    }

    @Nested
    class Refusals extends RefusalsTest {
        @Override
        EtcdBinary binary() {
            return v35();
        }
    }

    @Nested
    class Failover extends FailoverTest {
        @Override
        EtcdBinary binary() {
            return v35();
        }
    }

    @Nested
    class OddKeys extends OddKeysTest {
        @Override
        EtcdBinary binary() {
            return v35();
        }
    }

    @Nested
    class RecordedHistory extends RecordedHistoryTest {
        @Override
        EtcdBinary binary() {
            return v35();
        }
    }

    @Nested
    class StandbyLimits extends StandbyLimitsTest {
        @Override
        EtcdBinary binary() {
            return v35();
        }
    }
}
