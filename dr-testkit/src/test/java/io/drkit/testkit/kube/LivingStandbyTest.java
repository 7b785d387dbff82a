package io.drkit.testkit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import org.junit.jupiter.api.Test;

/** All of it together. */
class LivingStandbyTest extends OnAStore {

    @Test
    void what_was_recorded_stays_byte_for_byte_while_the_rest_lives() throws Exception {
        try (LivingStandby standby = new LivingStandby(store, 1)) {
            assertThat(standby.recorded()).hasSizeGreaterThan(200);
            put("/registry/namespaces/a", MadeUp.namespace("a"));
            put("/registry/deployments/a/web", MadeUp.protobuf("apps/v1", "Deployment", "a", "web", 3));
            put(
                    "/registry/replicasets/a/orphan",
                    MadeUp.protobuf("apps/v1", "ReplicaSet", "a", "orphan", 1, MadeUp.NOBODY));
            soon().until(() -> below("/registry/pods/a/").size() == 3 && !has("/registry/replicasets/a/orphan"));
            aWhile();
            standby.recorded()
                    .forEach((key, value) ->
                            assertThat(value(key.utf8())).as(key.printable()).isEqualTo(value));
            assertThat(standby.acts().on(Bytes.utf8("/registry/replicasets/a/orphan")))
                    .anyMatch(act -> act.what() == Act.What.DELETED && act.by().equals("garbage collector"));
        }
    }
}
