package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.SkippedKey;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Encryption configurations that are given to one run of a mirror and not to another: nothing may be lost by it, on either side. */
class ConfigurationsAtTimesTest extends OnLivingSites {

    private static final Bytes OWN = Bytes.utf8("/registry/secrets/team/own");
    private static final Bytes GIVEN = Bytes.utf8("/registry/secrets/team/given");
    private static final Bytes SETTINGS = Bytes.utf8("/registry/configmaps/team/settings");

    @Test
    void what_the_standby_has_of_its_own_stays_when_they_are_given_later() throws Exception {
        put(sealed(primary()), GIVEN, secret("given", "p"));
        put(Encrypted.standby(standby()), OWN, secret("own", "s"));
        KeyValue own = at(standby(), OWN);
        run(false, options());
        assertThat(at(standby(), GIVEN)).isNull();
        run(true, options().reconcile(true));
        assertThat(at(Encrypted.standby(standby()), GIVEN)).isNotNull();
        assertThat(at(standby(), OWN)).isEqualTo(own);
        assertThat(at(standby(), DrKitKeys.strangers("default").concat(OWN))).isNotNull();
    }

    @Test
    void what_was_given_is_neither_garbled_nor_forgotten_when_they_are_missing_for_a_while() throws Exception {
        KeyStore primary = sealed(primary());
        put(primary, GIVEN, secret("given", "p"));
        put(primary, SETTINGS, settings("before"));
        run(true, options());
        put(sealed(primary()), SETTINGS, settings("after"));
        commit(primary(), List.of(Operation.delete(GIVEN)));
        try (MirrorSession session = mirror()) {
            caughtUp(session);
            assertThat(session.status().skippedSample())
                    .extracting(SkippedKey::key)
                    .containsExactly(SETTINGS, GIVEN);
        }
        assertThat(at(Encrypted.standby(standby()), SETTINGS))
                .isNotNull()
                .satisfies(entry -> assertThat(entry.value()).isEqualTo(settings("before")));
        run(true, options());
        assertThat(at(Encrypted.standby(standby()), SETTINGS))
                .isNotNull()
                .satisfies(entry -> assertThat(entry.value()).isEqualTo(settings("after")));
        assertThat(at(standby(), GIVEN)).isNull();
    }

    private void run(boolean configured, MirrorOptions.Builder options) throws InterruptedException {
        KeyStore from = configured ? Encrypted.primary(primary()) : primary();
        KeyStore to = configured ? Encrypted.standby(standby()) : standby();
        try (MirrorSession session = mirror(options, from, to)) {
            caughtUp(session);
        }
    }

    /** As the primary's kube-apiserver writes. */
    private static KeyStore sealed(KeyStore primary) {
        return Encrypted.primary(primary);
    }

    private static @Nullable KeyValue at(KeyStore store, Bytes key) {
        return store.read(List.of(key)).get(key);
    }

    private static Bytes secret(String name, String value) {
        return Bytes.utf8("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"" + name
                + "\",\"namespace\":\"team\",\"uid\":\"uid-" + name + "\"},\"type\":\"Opaque\",\"data\":{\"v\":\""
                + value
                + "\"}}");
    }

    private static Bytes settings(String value) {
        return Bytes.utf8("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"settings\","
                + "\"namespace\":\"team\",\"uid\":\"uid-settings\"},\"data\":{\"v\":\"" + value + "\"}}");
    }
}
