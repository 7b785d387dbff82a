package io.drkit.keyspace;

import io.drkit.keyspace.ScopeDecision.Verdict;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.object.DesiredState;

/**
 * Which keys are mirrored and compared: those of one range that it admits. Own scopes implement this interface.
 *
 * <p>In no scope, whatever it says: DrKit's own keys ({@link DrKitKeys#OWN}), and leased keys, whose copy without the lease would stay for
 * ever. {@link #holds} is the whole rule.
 */
public interface MirrorScope {

    /** The range that holds every key of this scope. It is what is scanned and watched, so the tighter the better. */
    KeyRange range();

    /** Whether this scope wants an entry of {@link #range()}. Must depend on nothing but the entry. */
    boolean admits(KeyValue entry);

    /** What this scope is called in checkpoints, reports and on the command line. Two scopes of one name admit the same keys. */
    String name();

    /** Whether some entry of {@code key} could be admitted, whatever its value. Where this says no, {@link #admits} never says yes. */
    default boolean mayAdmit(Bytes key) {
        return true;
    }

    /** Whether {@link #admits} looks at values, so that reading only keys does not do. */
    default boolean readsValues() {
        return false;
    }

    /** Whether {@link #admits} would have to look at the value of {@code entry}, and cannot read it: it is not admitted then, and told. */
    default boolean isUndecidable(KeyValue entry) {
        return false;
    }

    /** Whether the standby's own control plane runs, and writes keys of this scope as well. */
    default boolean standbyIsAlive() {
        return false;
    }

    /** Where kube-apiserver keeps its keys: its {@code --etcd-prefix}. */
    default String registryPrefix() {
        return RegistryKey.DEFAULT_PREFIX;
    }

    /** Which part of the values is mirrored and compared. */
    default DesiredState desired() {
        return DesiredState.WHOLE;
    }

    /** Whether an entry belongs to what is mirrored. */
    default boolean holds(KeyValue entry) {
        return !entry.leased()
                && !DrKitKeys.OWN.contains(entry.key())
                && range().contains(entry.key())
                && admits(entry);
    }

    /** What can be told of a key without its value. */
    default ScopeDecision explain(Bytes key) {
        if (DrKitKeys.OWN.contains(key)) {
            return new ScopeDecision(Verdict.EXCLUDED, null, ScopeRule.DRKIT_OWN.reason());
        }
        if (!range().contains(key) || !mayAdmit(key)) {
            return new ScopeDecision(Verdict.EXCLUDED, null, "Scope " + name() + " does not want it.");
        }
        return readsValues()
                ? new ScopeDecision(Verdict.DEPENDS_ON_VALUE, null, "Scope " + name() + " decides by its value.")
                : new ScopeDecision(Verdict.MIRRORED, null, "Scope " + name() + " wants it, unless it is leased.");
    }

    /** Whether an entry is mirrored, and why: {@link #holds}, with the reason. */
    default ScopeDecision explain(KeyValue entry) {
        ScopeDecision byKey = explain(entry.key());
        if (byKey.verdict() == Verdict.EXCLUDED) {
            return byKey;
        }
        if (entry.leased()) {
            return new ScopeDecision(Verdict.EXCLUDED, null, ScopeRule.LEASED.reason());
        }
        if (isUndecidable(entry)) {
            return new ScopeDecision(
                    Verdict.UNREADABLE, null, "Scope " + name() + " decides by its value, which cannot be read here.");
        }
        return holds(entry)
                ? new ScopeDecision(Verdict.MIRRORED, null, "Scope " + name() + " wants it.")
                : new ScopeDecision(Verdict.EXCLUDED, null, "Scope " + name() + " does not want it.");
    }

    /** What belongs to a standby whose control plane is alive: everything declared, less what each site keeps for itself. */
    static PlatformScope platform() {
        return PlatformScope.builder().build();
    }

    /** Every key under {@code /registry/}: for a standby whose control plane is stopped. */
    static MirrorScope all() {
        return new RangeScope("all", KeyRange.prefix("/registry/"));
    }

    /** Every key that begins with {@code prefix}. */
    static MirrorScope prefix(String prefix) {
        return new RangeScope("prefix:" + prefix, KeyRange.prefix(Bytes.utf8(prefix)));
    }
}
