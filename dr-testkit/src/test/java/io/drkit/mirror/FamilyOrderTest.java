package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.RestMapping;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A standby's garbage collector, looking at any revision, finds nothing of the mirror's to collect. */
@Timeout(60)
class FamilyOrderTest {

    private final InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    private final InMemoryKeyStore standby = new InMemoryKeyStore("standby");
    private final RestMapping mapping = new RestMapping("/registry");

    @Test
    void owners_and_what_they_own_are_written_together_in_whatever_order_their_keys_are() throws InterruptedException {
        for (int i = 0; i < 300; i++) {
            put("deployments", "Deployment", "d" + i);
            put("replicasets", "ReplicaSet", "r" + i, "apps/v1 Deployment d" + i);
            put("statefulsets", "StatefulSet", "s" + i);
            put("controllerrevisions", "ControllerRevision", "c" + i, "apps/v1 StatefulSet s" + i);
            put("configmaps", "ConfigMap", "m" + i);
        }
        mirror(MirrorOptions.builder().pageSize(70));
        assertAll();
        for (int i = 0; i < 300; i++) {
            assertThat(created("replicasets", "r" + i)).isEqualTo(created("deployments", "d" + i));
            assertThat(created("controllerrevisions", "c" + i)).isEqualTo(created("statefulsets", "s" + i));
        }
    }

    @Test
    void a_chain_deeper_than_a_transaction_goes_parents_first() throws InterruptedException {
        put("configmaps", "ConfigMap", "c999");
        for (int i = 998; i >= 500; i--) {
            put("configmaps", "ConfigMap", "c" + i, "v1 ConfigMap c" + (i + 1));
        }
        mirror(MirrorOptions.builder());
        assertAll();
        assertThat(created("configmaps", "c999")).isLessThan(created("configmaps", "c500"));
    }

    @Test
    void a_wide_family_goes_owner_first() throws InterruptedException {
        put("statefulsets", "StatefulSet", "s");
        for (int i = 0; i < 2_500; i++) {
            put("configmaps", "ConfigMap", "c" + i, "apps/v1 StatefulSet s");
        }
        mirror(MirrorOptions.builder().pageSize(400));
        assertAll();
    }

    @Test
    void a_wide_family_waits_for_its_owner_whose_transaction_came_to_harm() throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            put("configmaps", "ConfigMap", "a" + i);
        }
        put("statefulsets", "StatefulSet", "s");
        for (int i = 0; i < 1_500; i++) {
            put("configmaps", "ConfigMap", "c" + i, "apps/v1 StatefulSet s");
        }
        AtomicBoolean meddled = new AtomicBoolean();
        FaultyKeyStore meddling = new FaultyKeyStore(standby, (moment, call) -> {
            boolean copying = moment == Moment.BEFORE && names().contains("a0");
            if (copying && call.equals("commit") && !meddled.getAndSet(true)) {
                standby.put("/registry/configmaps/team/c1000", object("v1", "ConfigMap", "c1000"));
            }
        });
        try (MirrorSession session = new DefaultKeyMirror(primary, meddling).start(new LivingScope())) {
            caughtUp(session);
        }
        assertThat(meddled).isTrue();
        assertNothingToCollect();
        assertThat(standby.content(new LivingScope().range())).isEqualTo(primary.content(new LivingScope().range()));
        assertThat(standby.count(KeyRange.prefix(DrKitKeys.QUARANTINE))).isPositive();
    }

    @Test
    void those_who_own_each_other_go_together() throws InterruptedException {
        put("configmaps", "ConfigMap", "a", "v1 Secret b");
        put("secrets", "Secret", "b", "v1 ConfigMap a");
        mirror(MirrorOptions.builder());
        assertAll();
        assertThat(created("configmaps", "a")).isEqualTo(created("secrets", "b"));
    }

    @Test
    void what_has_none_of_its_owners_on_the_standby_is_withheld_and_comes_when_one_does() throws InterruptedException {
        primary.put("/registry/pods/team/p", object("v1", "Pod", "p"));
        put("configmaps", "ConfigMap", "of-a-pod", "v1 Pod p");
        put("configmaps", "ConfigMap", "of-it", "v1 ConfigMap of-a-pod");
        put("configmaps", "ConfigMap", "of-nobody", "apps/v1 Deployment never");
        put("configmaps", "ConfigMap", "of-both", "v1 Pod p", "v1 ConfigMap free");
        put("configmaps", "ConfigMap", "free");
        put("configmaps", "ConfigMap", "of-unknown", "example.org/v1 Unknown x");
        try (MirrorSession session = start(MirrorOptions.builder())) {
            caughtUp(session);
            assertThat(names()).containsExactlyInAnyOrder("of-both", "free", "of-unknown");
            assertThat(session.status().skipped()).isEqualTo(3);
            assertThat(session.status().skippedSample().toString()).contains("withheld", "/registry/pods/team/p");
            put("deployments", "Deployment", "never");
            caughtUp(session);
            for (int i = 0; i < 3_000 && !names().contains("of-nobody"); i++) {
                Thread.sleep(10);
            }
            assertThat(names()).contains("of-nobody");
            primary.delete("/registry/configmaps/team/of-a-pod");
            primary.delete("/registry/configmaps/team/of-it");
            caughtUp(session);
            assertThat(session.status().skipped()).isZero();
        }
    }

    @Test
    void an_owner_of_another_uid_is_no_owner() throws InterruptedException {
        put("deployments", "Deployment", "d");
        String other = object("apps/v1", "ReplicaSet", "r", "apps/v1 Deployment d")
                .replace(uid("d"), "99999999-0000-0000-0000-000000000000");
        primary.put("/registry/replicasets/team/r", other);
        mirror(MirrorOptions.builder());
        assertThat(names()).containsExactly("d");
    }

    @Test
    void definitions_and_namespaces_go_first_and_a_namespace_brings_its_service_account() throws InterruptedException {
        primary.put(
                "/registry/a.example.org/widgets/team/w",
                object("a.example.org/v1", "Widget", "w", "a.example.org/v1 Root root"));
        primary.put("/registry/a.example.org/roots/root", object("a.example.org/v1", "Root", "root"));
        primary.put("/registry/namespaces/team", object("v1", "Namespace", "team"));
        put("serviceaccounts", "ServiceAccount", "default");
        for (String kind : List.of("Widget", "Root")) {
            String plural = kind.toLowerCase(java.util.Locale.ROOT) + "s";
            primary.put(
                    "/registry/apiextensions.k8s.io/customresourcedefinitions/" + plural + ".a.example.org",
                    definition(kind, plural, kind.equals("Root") ? "Cluster" : "Namespaced"));
        }
        mirror(MirrorOptions.builder());
        assertAll();
        long widget = standbyEntry("/registry/a.example.org/widgets/team/w").createRevision();
        assertThat(standbyEntry("/registry/a.example.org/roots/root").createRevision())
                .isEqualTo(widget);
        assertThat(standbyEntry("/registry/apiextensions.k8s.io/customresourcedefinitions/widgets.a.example.org")
                        .createRevision())
                .isLessThan(widget);
        assertThat(created("serviceaccounts", "default"))
                .isEqualTo(standbyEntry("/registry/namespaces/team").createRevision())
                .isLessThan(widget);
    }

    @Test
    void what_is_deleted_at_the_primary_after_it_was_pulled_ahead_does_not_stay() throws InterruptedException {
        put("deployments", "Deployment", "d");
        put("replicasets", "ReplicaSet", "r", "apps/v1 Deployment d");
        for (int i = 0; i < 3_000; i++) {
            put("jobs", "Job", "j" + i);
        }
        standby.onChange((operations, revision) -> {
            boolean pulled = operations.stream()
                    .anyMatch(operation -> operation.key().equals(Bytes.utf8("/registry/replicasets/team/r")));
            if (pulled) {
                standby.onChange((others, later) -> {});
                primary.delete("/registry/replicasets/team/r");
            }
        });
        mirror(MirrorOptions.builder().pageSize(200));
        assertThat(names()).doesNotContain("r").contains("d", "j2999");
    }

    private void mirror(MirrorOptions.Builder options) throws InterruptedException {
        try (MirrorSession session = start(options)) {
            caughtUp(session);
        }
        assertNothingToCollect();
    }

    private MirrorSession start(MirrorOptions.Builder options) {
        return new DefaultKeyMirror(primary, standby, options.build()).start(new LivingScope());
    }

    private static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(Duration.ofSeconds(30)))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    private void assertAll() {
        SortedMap<Bytes, Bytes> wanted = new TreeMap<>(primary.content(new LivingScope().range()));
        assertThat(standby.content(new LivingScope().range())).isEqualTo(wanted);
        assertThat(standby.count(KeyRange.prefix(DrKitKeys.QUARANTINE))).isZero();
    }

    /** At every revision of the standby. */
    private void assertNothingToCollect() {
        primary.content(KeyRange.prefix("/registry/apiextensions.k8s.io/"))
                .values()
                .forEach(definition -> StoredObject.read(definition).ifPresent(mapping::learn));
        SortedMap<Bytes, Bytes> last = new TreeMap<>();
        for (long revision = 2; revision <= standby.revision(); revision++) {
            SortedMap<Bytes, Bytes> now = standby.contentAt(new LivingScope().range(), revision);
            for (Map.Entry<Bytes, Bytes> entry : now.entrySet()) {
                if (!last.containsKey(entry.getKey())) {
                    assertThat(isOwned(entry.getValue(), now))
                            .as("%s at %s", entry.getKey().printable(), revision)
                            .isTrue();
                }
            }
            last = now;
        }
    }

    private boolean isOwned(Bytes value, SortedMap<Bytes, Bytes> now) {
        StoredObject object = StoredObject.read(value).orElseThrow();
        if (object.owners().isEmpty()) {
            return true;
        }
        for (OwnerReference owner : object.owners()) {
            Bytes key = mapping.key(owner, object.namespace()).orElse(null);
            Bytes there = key == null ? null : now.get(key);
            if (key == null
                    || (there != null
                            && StoredObject.read(there).orElseThrow().uid().equals(owner.uid()))) {
                return true;
            }
        }
        return false;
    }

    private List<String> names() {
        return standby.content(new LivingScope().range()).values().stream()
                .map(value -> StoredObject.read(value).orElseThrow().name())
                .toList();
    }

    private long created(String resource, String name) {
        return standbyEntry("/registry/" + resource + "/team/" + name).createRevision();
    }

    private KeyValue standbyEntry(String key) {
        return Objects.requireNonNull(standby.read(List.of(Bytes.utf8(key))).get(Bytes.utf8(key)), key);
    }

    private void put(String resource, String kind, String name, String... owners) {
        String apiVersion = List.of("ConfigMap", "Secret", "ServiceAccount").contains(kind) ? "v1" : "apps/v1";
        primary.put("/registry/" + resource + "/team/" + name, object(apiVersion, kind, name, owners));
    }

    private static String object(String apiVersion, String kind, String name, String... owners) {
        List<String> references = new ArrayList<>();
        for (String owner : owners) {
            String[] parts = owner.split(" ", 3);
            references.add("{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"name\":\"%s\",\"uid\":\"%s\"}"
                    .formatted(parts[0], parts[1], parts[2], uid(parts[2])));
        }
        boolean namespaced = !List.of("Namespace", "Root").contains(kind);
        return "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\",%s\"uid\":\"%s\"%s},\"spec\":{}}"
                .formatted(
                        apiVersion,
                        kind,
                        name,
                        namespaced ? "\"namespace\":\"team\"," : "",
                        uid(name),
                        references.isEmpty() ? "" : ",\"ownerReferences\":[" + String.join(",", references) + "]");
    }

    private static String definition(String kind, String plural, String scope) {
        return ("{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{\"name\":"
                        + "\"%s.a.example.org\",\"uid\":\"%s\"},\"spec\":{\"group\":\"a.example.org\",\"names\":{\"kind\":\"%s\","
                        + "\"plural\":\"%s\"},\"scope\":\"%s\"}}")
                .formatted(plural, uid(plural), kind, plural, scope);
    }

    private static String uid(String name) {
        return String.format("%08x-0000-4000-8000-%012x", name.hashCode(), name.length());
    }
}
