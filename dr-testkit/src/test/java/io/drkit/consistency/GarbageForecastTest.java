package io.drkit.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.GarbageForecast.Doomed;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.object.OwnerReference;
import io.drkit.object.Recorded;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.InMemoryKeyStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a garbage collector would delete, and what it leaves alone. */
class GarbageForecastTest {

    private static final String DEFINITION = "/registry/apiextensions.k8s.io/customresourcedefinitions/gears.x.io";

    private final InMemoryKeyStore site = new InMemoryKeyStore("standby");

    private GarbageForecast forecast() {
        return GarbageForecast.of(site, "/registry", 10);
    }

    private List<String> doomed() {
        return forecast().first().stream().map(each -> each.key().printable()).toList();
    }

    private void recorded() {
        Recorded.registry().forEach((key, value) -> site.put(Bytes.utf8(key), value));
    }

    /** @param owners as {@code apiVersion kind name}; each has the uid {@code kind/name} */
    private void put(String path, String kind, String name, String... owners) {
        putAs(path, "v1", kind, name, kind + "/" + name, owners);
    }

    private void putAs(String path, String apiVersion, String kind, String name, String uid, String... owners) {
        String references = Stream.of(owners)
                .map(owner -> owner.split(" ", -1))
                .map(owner -> "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"name\":\"%s\",\"uid\":\"%s/%s\"}"
                        .formatted(owner[0], owner[1], owner[2], owner[1], owner[2]))
                .collect(Collectors.joining(","));
        String namespace = path.endsWith("/a") ? "\"namespace\":\"a\"," : "";
        site.put(
                "/registry/" + path + "/" + name,
                "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\",%s\"uid\":\"%s\",\"ownerReferences\":[%s]}}"
                        .formatted(apiVersion, kind, name, namespace, uid, references));
    }

    private void defineGears() {
        site.put(
                DEFINITION,
                "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\","
                        + "\"metadata\":{\"name\":\"gears.x.io\",\"uid\":\"crd\"},\"spec\":{\"group\":\"x.io\","
                        + "\"names\":{\"kind\":\"Gear\",\"plural\":\"gears\"},\"scope\":\"Namespaced\"}}");
    }

    @Test
    void a_real_registry_has_nothing_to_collect() {
        recorded();
        GarbageForecast forecast = forecast();
        assertThat(forecast.first()).isEmpty();
        assertThat(forecast.count()).isZero();
        assertThat(forecast.unreadable()).isPositive();
        assertThat(forecast.revision()).isEqualTo(site.revision());
    }

    @Test
    void a_missed_deployment_costs_its_replicasets_and_their_pods() {
        recorded();
        assertThat(Recorded.registry()).containsKey("/registry/deployments/team-1/web");
        site.delete("/registry/deployments/team-1/web");
        GarbageForecast forecast = forecast();
        assertThat(forecast.count()).isGreaterThan(2);
        assertThat(forecast.first())
                .allMatch(each -> each.key().utf8().matches("/registry/(pods|replicasets)/team-1/web-.*"))
                .filteredOn(each -> each.key().utf8().startsWith("/registry/replicasets/"))
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.toString()).endsWith(" (of Deployment web)"));
        assertThat(forecast.first())
                .filteredOn(each -> each.key().utf8().startsWith("/registry/pods/"))
                .isNotEmpty()
                .allMatch(each -> each.owner().orElseThrow().kind().equals("ReplicaSet"));
    }

    @Test
    void an_owner_created_anew_is_another_owner() {
        put("configmaps/a", "ConfigMap", "dependent", "v1 Secret owner");
        put("secrets/a", "Secret", "owner");
        assertThat(doomed()).isEmpty();
        putAs("secrets/a", "v1", "Secret", "owner", "another uid");
        assertThat(forecast().first())
                .containsExactly(new Doomed(
                        Bytes.utf8("/registry/configmaps/a/dependent"),
                        Optional.of(new OwnerReference("v1", "Secret", "owner", "Secret/owner"))));
    }

    @Test
    void one_owner_left_is_enough() {
        put("configmaps/a", "ConfigMap", "both", "v1 Secret gone", "v1 Secret there");
        put("configmaps/a", "ConfigMap", "none", "v1 Secret gone", "v1 Secret gone-too");
        put("secrets/a", "Secret", "there");
        assertThat(doomed()).containsExactly("/registry/configmaps/a/none");
    }

    @Test
    void an_owner_of_an_unknown_kind_is_not_absent() {
        put("configmaps/a", "ConfigMap", "part", "x.io/v1 Gear g");
        put("configmaps/a", "ConfigMap", "z", "x.io/v1 Gear g", "v1 Secret gone");
        assertThat(doomed()).isEmpty();
        defineGears();
        assertThat(doomed()).containsExactly("/registry/configmaps/a/part", "/registry/configmaps/a/z");
    }

    @Test
    void an_object_of_an_unknown_kind_is_not_seen() {
        putAs("x.io/gears/a", "x.io/v1", "Gear", "g", "g", "v1 Secret gone");
        assertThat(doomed()).isEmpty();
        defineGears();
        assertThat(doomed()).containsExactly("/registry/x.io/gears/a/g");
    }

    @Test
    void an_owner_in_a_namespace_does_not_cost_an_object_in_none() {
        putAs("clusterroles", "rbac.authorization.k8s.io/v1", "ClusterRole", "r", "r", "v1 Secret gone");
        put("configmaps/a", "ConfigMap", "c", "rbac.authorization.k8s.io/v1 ClusterRole absent");
        assertThat(doomed()).containsExactly("/registry/configmaps/a/c");
    }

    @Test
    void an_encrypted_owner_is_there() {
        put("configmaps/a", "ConfigMap", "c", "v1 Secret sealed");
        site.put("/registry/secrets/a/sealed", "k8s:enc:aescbc:v1:key1:0123456789");
        GarbageForecast forecast = forecast();
        assertThat(forecast.isEmpty()).isTrue();
        assertThat(forecast.unreadable()).isEqualTo(1);
    }

    @Test
    void the_first_are_named_in_order_and_all_are_counted() {
        for (int i = 0; i < 2_500; i++) {
            put("configmaps/a", "ConfigMap", String.format("c%04d", i), "v1 Secret gone");
        }
        GarbageForecast forecast = GarbageForecast.of(site, "/registry/", 2);
        assertThat(forecast.count()).isEqualTo(2_500);
        assertThat(forecast.first())
                .extracting(each -> each.key().utf8())
                .containsExactly("/registry/configmaps/a/c0000", "/registry/configmaps/a/c0001");
    }

    @Test
    void it_goes_on_when_it_is_compacted_away() {
        for (int i = 0; i < 2_500; i++) {
            put("configmaps/a", "ConfigMap", String.format("c%04d", i), "v1 Secret gone");
        }
        int[] calls = {0};
        FaultyKeyStore compacted = new FaultyKeyStore(site, (moment, call) -> {
            if (moment == FaultyKeyStore.Moment.BEFORE && calls[0]++ < 4) {
                site.put("/elsewhere", "x" + calls[0]);
                site.compact(site.revision());
            }
        });
        GarbageForecast forecast = GarbageForecast.of(compacted, "/registry", 1);
        assertThat(calls[0]).isGreaterThan(4);
        assertThat(forecast.count()).isEqualTo(2_500);
        assertThat(forecast.first().get(0).owner()).isPresent();
    }

    @Test
    void it_writes_nothing_and_looks_under_the_prefix_it_is_given() {
        put("configmaps/a", "ConfigMap", "c", "v1 Secret gone");
        Map<Bytes, Bytes> before = site.content(KeyRange.ALL);
        Bytes value = Objects.requireNonNull(before.get(Bytes.utf8("/registry/configmaps/a/c")));
        site.put(Bytes.utf8("/other/configmaps/a/d"), value);
        long revision = site.revision();
        assertThat(GarbageForecast.of(site, "/other", 10).first())
                .extracting(each -> each.key().utf8())
                .containsExactly("/other/configmaps/a/d");
        assertThat(site.revision()).isEqualTo(revision);
    }
}
