package io.drkit.etcd.snapshot;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import java.util.Optional;

/**
 * How a standby is seeded: made by {@link #builder}.
 *
 * @param mirror name of the mirror that will go on from it; default {@code default}
 * @param scope of that mirror: one that wants its whole range; default {@link MirrorScope#all()}
 * @param siteId the standby's former identity, which it keeps; by default it gets a new one
 * @param primary the living primary, so that a snapshot of another site, or of another history, is noticed; only read, except that it gets an identity
 *     if it has none. Default none: the snapshot is taken at its word
 * @param users what becomes of users; where the snapshot has some, this has to be said
 */
public record SeedOptions(
        String mirror, MirrorScope scope, Optional<String> siteId, Optional<KeyStore> primary, Users users) {

    /** What becomes of the users and roles that clients of the primary log in by. */
    public enum Users {
        /** Nobody has decided: a snapshot with users is refused. */
        UNDECIDED,
        /** The standby has the same, with the same passwords. */
        KEEP,
        /** The standby has none: whoever may connect may do everything. */
        REMOVE
    }

    public static SeedOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options. Not thread-safe. */
    public static final class Builder {

        private String mirror = "default";
        private MirrorScope scope = MirrorScope.all();
        private Optional<String> siteId = Optional.empty();
        private Optional<KeyStore> primary = Optional.empty();
        private Users users = Users.UNDECIDED;

        private Builder() {}

        public Builder mirror(String name) {
            this.mirror = name;
            return this;
        }

        public Builder scope(MirrorScope scope) {
            this.scope = scope;
            return this;
        }

        public Builder siteId(String id) {
            this.siteId = Optional.of(id);
            return this;
        }

        public Builder primary(KeyStore living) {
            this.primary = Optional.of(living);
            return this;
        }

        public Builder users(Users users) {
            this.users = users;
            return this;
        }

        public SeedOptions build() {
            return new SeedOptions(mirror, scope, siteId, primary, users);
        }
    }
}
