package io.drkit.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.Comparison.Counts;
import io.drkit.consistency.ConsistencyReport.Consistent;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.object.DesiredState;
import io.drkit.object.KubernetesDesiredState;
import io.drkit.object.ObjectField;
import io.drkit.object.StoredObject;
import io.drkit.quarantine.Quarantine;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.testkit.InMemoryKeyStore;
import io.drkit.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Check and repair where the standby's control plane is alive, and writes what is its own. */
class LiveStandbyTest {

    private static final String WEB = "/registry/deployments/a/web";
    private static final String DATA = "/registry/persistentvolumeclaims/a/data";
    private static final String SECRET = "/registry/secrets/a/s";
    private static final String ENCRYPTED = "k8s:enc:aescbc:v1:key1:0123456789";

    /** Secrets belong to it unless they are tokens of service accounts, which their value tells. */
    private static final class Alive implements MirrorScope {

        private final DesiredState desired =
                new KubernetesDesiredState(owner -> owner.kind().equals("Cluster"));

        @Override
        public KeyRange range() {
            return KeyRange.prefix("/registry/");
        }

        @Override
        public boolean admits(KeyValue entry) {
            return !isSecret(entry)
                    || StoredObject.read(entry.value())
                            .filter(secret ->
                                    !secret.values(ObjectField.SECRET_TYPE).contains("token"))
                            .isPresent();
        }

        @Override
        public boolean isUndecidable(KeyValue entry) {
            return isSecret(entry) && StoredObject.isEncrypted(entry.value());
        }

        private static boolean isSecret(KeyValue entry) {
            return entry.key().startsWith(Bytes.utf8("/registry/secrets/"));
        }

        @Override
        public boolean readsValues() {
            return true;
        }

        @Override
        public boolean standbyIsAlive() {
            return true;
        }

        @Override
        public DesiredState desired() {
            return desired;
        }

        @Override
        public String name() {
            return "alive";
        }
    }

    private final MirrorScope scope = new Alive();
    private final InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    private final InMemoryKeyStore standby = new InMemoryKeyStore("standby");

    @BeforeEach
    void introduceSites() {
        Site.at(primary).identify();
        Site.at(standby).identify();
        Site.at(standby).assume(new SiteRole(Role.STANDBY, 1));
    }

    @Test
    void a_status_is_a_difference_in_values_and_none_in_desired_state() {
        primary.put(WEB, deployment("u", "", "'replicas':3", "'ready':3"));
        standby.put(WEB, deployment("u", "", "'replicas':3", "'ready':1"));

        assertThat(check(scope, Level.DESIRED)).isInstanceOf(Consistent.class);
        assertThat(check(scope, Level.DESIRED).comparison().level()).isEqualTo(Level.DESIRED);
        assertThat(check(scope, Level.VALUES).comparison().total()).isEqualTo(new Counts(0, 0, 1));
        standby.put(WEB, deployment("u", "", "'replicas':4", "'ready':3"));
        assertThat(check(scope, Level.DESIRED).comparison().total()).isEqualTo(new Counts(0, 0, 1));
    }

    @Test
    void the_standard_is_the_scopes_and_kubernetes_for_one_that_has_none() {
        String owned = ",'ownerReferences':[{'apiVersion':'x.io/v1','kind':'Cluster','name':'c','uid':'c'}]";
        primary.put(WEB, deployment("u", owned, "'replicas':3", "'ready':3"));
        standby.put(WEB, deployment("u", "", "'replicas':3", "'ready':3"));

        assertThat(check(scope, Level.DESIRED).isConsistent()).isTrue();
        assertThat(check(MirrorScope.all(), Level.DESIRED).isConsistent()).isFalse();
        standby.put(WEB, deployment("u", owned, "'replicas':3", "'ready':2"));
        assertThat(check(MirrorScope.all(), Level.DESIRED).isConsistent()).isTrue();
    }

    @Test
    void each_scope_has_a_level_of_its_own() {
        assertThat(Level.of(scope)).isEqualTo(Level.DESIRED);
        assertThat(Level.of(MirrorScope.all())).isEqualTo(Level.VALUES);
    }

    @Test
    void a_scope_that_looks_at_values_is_given_them_at_every_level() {
        primary.put(SECRET, secret("Opaque"));
        standby.put(SECRET, secret("Opaque"));
        primary.put("/registry/secrets/a/token", secret("token"));

        for (Level level : Level.values()) {
            ConsistencyReport report = check(scope, level);
            assertThat(report.isConsistent()).as(level.name()).isTrue();
            assertThat(report.comparison().compared()).as(level.name()).isEqualTo(1);
        }
    }

    @Test
    void what_cannot_be_decided_is_counted_and_named_and_is_no_difference() {
        primary.put(SECRET, ENCRYPTED);
        standby.put(SECRET, secret("Opaque"));
        primary.put("/registry/secrets/a/t", ENCRYPTED);
        primary.putLeased("/registry/secrets/a/leased", ENCRYPTED, Duration.ofHours(1));
        standby.put("/registry/secrets/a/only-there", ENCRYPTED);

        for (Level level : Level.values()) {
            Comparison comparison = check(scope, level).comparison();
            assertThat(comparison.total()).isEqualTo(Counts.NONE);
            assertThat(comparison.compared()).isZero();
            assertThat(comparison.undecidable()).isEqualTo(2);
            assertThat(comparison.undecidableSample())
                    .containsExactly(Bytes.utf8(SECRET), Bytes.utf8("/registry/secrets/a/t"));
        }
    }

    @Test
    void a_repair_neither_puts_nor_deletes_what_cannot_be_decided() {
        primary.put(WEB, "{}");
        primary.put(SECRET, ENCRYPTED);
        standby.put(SECRET, secret("Opaque"));

        assertThat(repair(true)).isEqualTo(new RepairReport(1, 0, 0));
        assertThat(standby.content(scope.range())).containsEntry(Bytes.utf8(SECRET), Bytes.utf8(secret("Opaque")));
    }

    @Test
    void what_the_standby_has_out_of_scope_is_missed_with_the_reason_and_stays() {
        primary.put(SECRET, secret("Opaque"));
        standby.put(SECRET, secret("token"));

        assertThat(check(scope, Level.DESIRED).comparison().sample())
                .extracting(KeyDifference::toString)
                .containsExactly("MISSED " + SECRET + " (what the standby has there is not of this scope)");
        assertThat(repair(true)).isEqualTo(new RepairReport(0, 0, 1));
        assertThat(standby.content(scope.range())).containsEntry(Bytes.utf8(SECRET), Bytes.utf8(secret("token")));
    }

    @Test
    void a_repair_keeps_the_standbys_status_and_creates_with_the_primarys() {
        primary.put(WEB, deployment("u", "", "'replicas':5", "'ready':5"));
        standby.put(WEB, deployment("u", "", "'replicas':3", "'ready':1"));
        primary.put("/registry/deployments/a/new", deployment("n", "", "'replicas':1", "'ready':1"));
        primary.put("/registry/deployments/a/same", deployment("s", "", "'replicas':1", "'ready':1"));
        standby.put("/registry/deployments/a/same", deployment("s", "", "'replicas':1", "'ready':0"));

        assertThat(repair(false)).isEqualTo(new RepairReport(2, 0, 0));
        assertThat(standby.content(scope.range()))
                .containsEntry(Bytes.utf8(WEB), Bytes.utf8(deployment("u", "", "'replicas':5", "'ready':1")))
                .containsEntry(
                        Bytes.utf8("/registry/deployments/a/new"),
                        Bytes.utf8(deployment("n", "", "'replicas':1", "'ready':1")))
                .containsEntry(
                        Bytes.utf8("/registry/deployments/a/same"),
                        Bytes.utf8(deployment("s", "", "'replicas':1", "'ready':0")));
        assertThat(Quarantine.at(standby).batches())
                .singleElement()
                .satisfies(batch -> assertThat(batch.entries()).isEqualTo(1));
        assertThat(check(scope, Level.DESIRED).isConsistent()).isTrue();
        assertThat(repair(false)).isEqualTo(new RepairReport(0, 0, 0));
    }

    @Test
    void a_repair_leaves_a_bound_claim_of_another_uid_and_the_check_says_why() {
        primary.put(DATA, claim("u", "'storage':'2Gi','volumeName':'pv-1'"));
        standby.put(DATA, claim("v", "'storage':'1Gi','volumeName':'pv-2'"));

        assertThat(repair(true)).isEqualTo(new RepairReport(0, 0, 1));
        assertThat(standby.content(scope.range()))
                .containsEntry(Bytes.utf8(DATA), Bytes.utf8(claim("v", "'storage':'1Gi','volumeName':'pv-2'")));
        assertThat(check(scope, Level.DESIRED).comparison().sample())
                .singleElement()
                .satisfies(difference -> assertThat(difference.toString()).contains("CHANGED " + DATA, "another uid"));
    }

    @Test
    void a_claim_is_put_unbound() {
        primary.put(DATA, claim("u", "'storage':'2Gi','volumeName':'pv-1'"));

        assertThat(repair(false)).isEqualTo(new RepairReport(1, 0, 0));
        assertThat(standby.content(scope.range()))
                .containsEntry(Bytes.utf8(DATA), Bytes.utf8(claim("u", "'storage':'2Gi'")));
    }

    @Test
    void equality_of_desired_state_is_a_proof_where_the_scope_asks_for_no_more() {
        primary.put(WEB, deployment("u", "", "'replicas':3", "'ready':3"));
        standby.put(WEB, deployment("u", "", "'replicas':3", "'ready':1"));
        Instant now = Instant.parse("2026-11-25T04:00:00Z");

        Consistent desired = (Consistent) check(scope, Level.DESIRED);
        assertThat(Proof.keep(standby, scope, desired, now)).isTrue();
        assertThat(Proof.last(standby))
                .contains(new Proof("alive", desired.comparison().sourceRevision(), now.toString(), Level.DESIRED));
        assertThat(Proof.keep(standby, scope, (Consistent) check(scope, Level.KEYS), now))
                .isFalse();
        assertThat(Proof.keep(standby, MirrorScope.all(), (Consistent) check(MirrorScope.all(), Level.DESIRED), now))
                .isFalse();
    }

    @Test
    void a_proof_that_does_not_name_its_level_is_one_of_values() {
        standby.put(
                DrKitKeys.PROOF,
                Bytes.utf8("{\"scope\":\"all\",\"sourceRevision\":7,\"at\":\"2026-11-25T04:00:00Z\"}"));

        assertThat(Proof.last(standby)).contains(new Proof("all", 7, "2026-11-25T04:00:00Z", Level.VALUES));
    }

    private ConsistencyReport check(MirrorScope scope, Level level) {
        return checker().check(scope, level);
    }

    private RepairReport repair(boolean deleteSurplus) {
        return checker().repair(scope, deleteSurplus);
    }

    private ConsistencyChecker checker() {
        return new DefaultConsistencyChecker(
                primary,
                standby,
                CheckerOptions.builder().pageSize(2).clock(new ManualClock()).build());
    }

    private static String deployment(String uid, String metadata, String spec, String status) {
        return json(
                "{'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'web','uid':'%s'%s},'spec':{%s},'status':{%s}}"
                        .formatted(uid, metadata, spec, status));
    }

    private static String claim(String uid, String spec) {
        return json(
                "{'kind':'PersistentVolumeClaim','apiVersion':'v1','metadata':{'name':'data','uid':'%s'},'spec':{%s}}"
                        .formatted(uid, spec));
    }

    private static String secret(String type) {
        return json(
                "{'kind':'Secret','apiVersion':'v1','metadata':{'name':'s','uid':'s'},'type':'%s'}".formatted(type));
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
