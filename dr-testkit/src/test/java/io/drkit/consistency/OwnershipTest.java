package io.drkit.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who is left without an owner. */
class OwnershipTest {

    private final Ownership ownership = new Ownership();

    /** Objects are called by their uids, and so are their keys. */
    private void owned(String object, String... owners) {
        ownership.dependent(
                Bytes.utf8(object),
                object,
                Stream.of(owners)
                        .map(owner -> new Ownership.Owner(owner, Bytes.utf8(owner)))
                        .toList());
    }

    private List<String> doomed() {
        return ownership.doomed().stream()
                .mapToObj(index -> ownership.key(index).utf8())
                .toList();
    }

    @Test
    void an_object_goes_when_all_its_owners_are_absent() {
        ownership.object("there");
        owned("a", "absent");
        owned("b", "there");
        owned("c", "absent", "there");
        owned("d", "absent", "absent too");
        assertThat(doomed()).containsExactly("a", "d");
    }

    @Test
    void what_only_doomed_objects_own_goes_as_well_in_whatever_order_they_come() {
        owned("a pod", "replicaset");
        owned("replicaset", "deployment");
        owned("z pod", "replicaset");
        owned("z shared", "replicaset", "z kept");
        ownership.object("z kept");
        assertThat(doomed()).containsExactly("a pod", "replicaset", "z pod");
    }

    @Test
    void objects_that_own_each_other_stay() {
        owned("a", "b");
        owned("b", "a");
        owned("self", "self");
        owned("c", "a");
        assertThat(doomed()).isEmpty();
    }

    @Test
    void an_owner_named_twice_is_one_owner() {
        owned("a", "absent", "absent");
        owned("b", "a", "a");
        assertThat(doomed()).containsExactly("a", "b");
    }

    @Test
    void an_owner_that_is_there_but_cannot_be_read_is_there() {
        owned("a", "secret");
        owned("b", "absent");
        ownership.unreadable(Bytes.utf8("secret"));
        assertThat(doomed()).containsExactly("b");
    }

    @Test
    void two_objects_of_one_uid_are_an_owner_as_long_as_one_stays() {
        owned("copy", "absent");
        ownership.object("copy");
        owned("z", "copy");
        assertThat(doomed()).containsExactly("copy");
    }

    @Test
    void a_chain_of_half_a_million_that_hangs_on_nothing_goes_whole() {
        int length = 500_000;
        for (int i = 0; i < length; i++) {
            // Each is owned by the one after it, and the last by nobody.
            owned(uid(i), uid(i + 1));
        }
        IntStream.range(0, length).forEach(i -> ownership.object(uid(-1 - i)));
        assertThat(ownership.doomed().cardinality()).isEqualTo(length);
    }

    private static String uid(long number) {
        return new UUID(number * 0x9E3779B97F4A7C15L, number).toString();
    }
}
