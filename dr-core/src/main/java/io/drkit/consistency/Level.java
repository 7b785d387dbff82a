package io.drkit.consistency;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.drkit.keyspace.MirrorScope;
import io.drkit.object.DesiredState;

/** What two keys must have in common to count as equal. */
public enum Level {
    /** That both exist. Fast: values are not read, unless the scope needs them. */
    @JsonProperty("keys")
    KEYS,
    /** Their values, byte for byte. */
    @JsonProperty("values")
    VALUES,
    /** What of their values is the primary's to say: by the scope's standard, or Kubernetes' ({@link DesiredState#KUBERNETES}) if it has none. */
    @JsonProperty("desired")
    DESIRED;

    /** What makes a standby of this scope level with its primary: desired state where its control plane is alive, otherwise every byte. */
    public static Level of(MirrorScope scope) {
        return scope.standbyIsAlive() ? DESIRED : VALUES;
    }

    /** What values are compared by; for {@link #KEYS}, nothing. */
    DesiredState standard(MirrorScope scope) {
        if (this != DESIRED) {
            return DesiredState.WHOLE;
        }
        return scope.standbyIsAlive() ? scope.desired() : DesiredState.KUBERNETES;
    }
}
