package io.drkit.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What holds of any two versions of a key, on all that were recorded: of the primary, of its past, and of another cluster. */
class MergeLawsTest {

    private final DesiredState desired =
            new KubernetesDesiredState(owner -> owner.kind().equals("ReplicaSet"));
    private final Map<String, List<Bytes>> versions = versions();

    private static Map<String, List<Bytes>> versions() {
        Map<String, LinkedHashSet<Bytes>> all = new LinkedHashMap<>();
        Recorded.history()
                .forEach((key, values) ->
                        all.computeIfAbsent(key, k -> new LinkedHashSet<>()).addAll(values));
        Recorded.registry()
                .forEach((key, value) ->
                        all.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(value));
        Recorded.standby()
                .forEach((key, value) ->
                        all.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(value));
        Map<String, List<Bytes>> lists = new LinkedHashMap<>();
        all.forEach((key, values) -> lists.put(key, new ArrayList<>(values)));
        return lists;
    }

    @Test
    void what_is_written_agrees_with_the_primary_and_writing_it_again_changes_nothing() {
        int pairs = 0;
        for (Map.Entry<String, List<Bytes>> entry : versions.entrySet()) {
            for (Bytes primary : entry.getValue()) {
                for (Bytes standby : entry.getValue()) {
                    Bytes written = desired.toUpdate(primary, standby);
                    assertThat(desired.isEqual(primary, written))
                            .as(entry.getKey())
                            .isTrue();
                    assertThat(desired.toUpdate(primary, written))
                            .as(entry.getKey())
                            .isEqualTo(written);
                    assertThat(StoredObject.read(written).map(StoredObject::toString))
                            .as(entry.getKey())
                            .isEqualTo(StoredObject.read(primary).map(StoredObject::toString));
                    assertThat(desired.isEqual(primary, standby))
                            .as(entry.getKey())
                            .isEqualTo(desired.isEqual(standby, primary));
                    pairs++;
                }
            }
        }
        assertThat(pairs).isGreaterThan(2_000);
    }

    @Test
    void what_is_created_agrees_with_the_primary_and_has_no_foreign_owner() {
        versions.forEach((key, values) -> values.forEach(primary -> {
            Bytes created = desired.toCreate(primary);
            assertThat(desired.isEqual(primary, created)).as(key).isTrue();
            assertThat(desired.toCreate(created)).as(key).isEqualTo(created);
            StoredObject.read(created)
                    .ifPresent(object -> assertThat(object.owners())
                            .as(key)
                            .noneMatch(owner -> owner.kind().equals("ReplicaSet")));
        }));
    }

    @Test
    void where_every_owner_counts_and_nothing_is_bound_what_is_created_is_the_primarys_byte_for_byte() {
        versions.forEach((key, values) -> {
            if (!key.startsWith("/registry/persistentvolumeclaims/")) {
                values.forEach(primary -> assertThat(DesiredState.KUBERNETES.toCreate(primary))
                        .as(key)
                        .isEqualTo(primary));
            }
        });
    }

    @Test
    void equality_is_transitive() {
        versions.forEach((key, values) -> {
            for (Bytes a : values) {
                for (Bytes b : values) {
                    if (desired.isEqual(a, b)) {
                        values.forEach(
                                c -> assertThat(desired.isEqual(a, c)).as(key).isEqualTo(desired.isEqual(b, c)));
                    }
                }
            }
        });
    }
}
