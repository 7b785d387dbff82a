package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a living standby has of its own, in the default scope, stays: whatever becomes of its value, or of the primary's. */
@Timeout(60)
class OwnKeysTest {

    private static final String VOLUME = "/registry/persistentvolumes/data";
    private static final String CLAIM = "/registry/persistentvolumeclaims/team/data";

    private final InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    private final InMemoryKeyStore standby = new InMemoryKeyStore("standby");

    @Test
    void a_volume_that_comes_into_scope_is_surplus_and_not_deleted() throws InterruptedException {
        standby.put(VOLUME, volume("own", "Delete"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            assertThat(session.status().strangers()).isZero();
            standby.put(VOLUME, volume("own", "Retain"));
            primary.put("/registry/configmaps/team/a", configMap("a"));
            caughtUp(session);
        }
        assertThat(at(VOLUME)).isEqualTo(volume("own", "Retain"));
        primary.compact(primary.revision());
        try (MirrorSession session = start(MirrorOptions.builder().reconcile(true))) {
            caughtUp(session);
            assertThat(session.status().strangers()).isEqualTo(1);
        }
        assertThat(at(VOLUME)).isEqualTo(volume("own", "Retain"));
    }

    @Test
    void a_volume_of_another_uid_is_not_overwritten() throws InterruptedException {
        standby.put(VOLUME, volume("own", "Retain"));
        primary.put(VOLUME, volume("other", "Retain"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            assertThat(session.status().skippedSample())
                    .singleElement()
                    .asString()
                    .contains("another uid");
            assertThat(session.status().strangers()).isZero();
        }
        assertThat(at(VOLUME)).isEqualTo(volume("own", "Retain"));
    }

    @Test
    void a_volume_that_the_primary_gave_and_made_anew_is_followed() throws InterruptedException {
        primary.put(VOLUME, volume("first", "Retain"));
        primary.put(CLAIM, claim("first"));
        try (MirrorSession session = start()) {
            caughtUp(session);
        }
        primary.delete(VOLUME);
        primary.delete(CLAIM);
        primary.put(VOLUME, volume("second", "Retain"));
        primary.put(CLAIM, claim("second"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            assertThat(at(VOLUME)).isEqualTo(volume("second", "Retain"));
            assertThat(at(CLAIM)).contains("\"uid\":\"second\"");
            assertThat(session.status().skipped()).isZero();
        }
    }

    @Test
    void what_is_withheld_makes_up_for_no_loss_and_is_none() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            primary.put("/registry/configmaps/team/p" + i, configMap("p" + i));
            primary.put(CLAIM + i, claim("other"));
            standby.put(CLAIM + i, claim("own"));
        }
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.deletePrefix(CLAIM);
            primary.put("/registry/configmaps/team/q", configMap("q"));
            caughtUp(session);
            for (int i = 0; i < 100; i++) {
                primary.put(CLAIM + i, claim("other"));
            }
            caughtUp(session);
        }
        for (int i = 0; i < 60; i++) {
            primary.delete("/registry/configmaps/team/p" + i);
        }
        primary.compact(primary.revision());
        try (MirrorSession session = start()) {
            assertThatThrownBy(() -> session.awaitEnd(Duration.ofSeconds(20)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("41 of 101");
        }
        assertThat(at(CLAIM + 7)).isEqualTo(claim("own"));
    }

    @Test
    void a_claim_of_its_own_stays_when_the_primary_deletes_its_one() throws InterruptedException {
        standby.put(CLAIM, claim("own"));
        primary.put(CLAIM, claim("other"));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.delete(CLAIM);
            caughtUp(session);
            assertThat(session.status().skippedSample()).isEmpty();
        }
        assertThat(at(CLAIM)).isEqualTo(claim("own"));
    }

    @Test
    void a_mass_deletion_is_refused_however_much_the_standby_has_of_its_own() throws InterruptedException {
        for (int i = 0; i < 40; i++) {
            primary.put("/registry/configmaps/team/p" + i, configMap("p" + i));
        }
        try (MirrorSession session = start()) {
            caughtUp(session);
            for (int i = 0; i < 300; i++) {
                standby.put("/registry/configmaps/team/s" + i, configMap("s" + i));
            }
            primary.put("/registry/configmaps/team/q", configMap("q"));
            caughtUp(session);
            primary.deletePrefix("/registry/configmaps/team/p");
            assertThatThrownBy(() -> session.awaitEnd(Duration.ofSeconds(20)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("lost too many keys");
        }
    }

    @Test
    void a_standby_that_holds_far_more_than_its_primary_may_be_the_primary() throws InterruptedException {
        for (int i = 0; i < 40; i++) {
            standby.put("/registry/configmaps/team/s" + i, configMap("s" + i));
        }
        primary.put("/registry/configmaps/team/p", configMap("p"));
        try (MirrorSession session = start()) {
            assertThatThrownBy(() -> session.awaitEnd(Duration.ofSeconds(20)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("sides are swapped");
        }
        try (MirrorSession session = start(MirrorOptions.builder().accept(MirrorOptions.Risk.SHRINK))) {
            caughtUp(session);
            assertThat(session.status().strangers()).isEqualTo(40);
        }
    }

    @Test
    void an_object_that_depends_on_the_standbys_pod_stays_when_it_does_no_more() throws InterruptedException {
        String owned = configMap("a")
                .replace(
                        "\"uid\"",
                        "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"name\":\"x\",\"uid\":\"x\"}],\"uid\"");
        standby.put("/registry/configmaps/team/a", owned);
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put("/registry/configmaps/team/a", configMap("a"));
            primary.put("/registry/configmaps/team/b", configMap("b"));
            caughtUp(session);
        }
        assertThat(at("/registry/configmaps/team/a")).isEqualTo(configMap("a"));
    }

    private MirrorSession start() {
        return start(MirrorOptions.builder());
    }

    private MirrorSession start(MirrorOptions.Builder options) {
        return new DefaultKeyMirror(primary, standby, options.build()).start(MirrorScope.platform());
    }

    private static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(Duration.ofSeconds(20)))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    private @Nullable String at(String key) {
        Bytes value = standby.content(KeyRange.ALL).get(Bytes.utf8(key));
        return value == null ? null : value.utf8();
    }

    private static String volume(String uid, String policy) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolume\",\"metadata\":{\"name\":\"data\",\"uid\":\"" + uid
                + "\"},\"spec\":{\"persistentVolumeReclaimPolicy\":\"" + policy + "\"}}";
    }

    private static String claim(String uid) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolumeClaim\",\"metadata\":{\"name\":\"data\",\"namespace\":\"team\","
                + "\"uid\":\"" + uid + "\"},\"spec\":{\"volumeName\":\"of-" + uid + "\"}}";
    }

    private static String configMap(String name) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name
                + "\",\"namespace\":\"team\",\"uid\":\"uid-" + name + "\"}}";
    }
}
