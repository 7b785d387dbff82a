package io.drkit.keyspace;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where DrKit keeps its own keys in a store: all under {@code /drkit/}, outside every scope. The whole layout, in one place:
 *
 * <pre>
 * /drkit/site                          identity of the site
 * /drkit/role                          role and epoch of the site
 * /drkit/proof                         when this standby was last proved equal to its primary
 * /drkit/mirror/lock                   who mirrors to this site now (leased)
 * /drkit/mirror/NAME/checkpoint        how far mirror NAME has come
 * /drkit/mirror/NAME/window/NN         which revisions the mirror made since its checkpoint, during a copy
 * /drkit/mirror/NAME/stop              that the session that holds the lock is to end
 * /drkit/mirror/NAME/foreign           revisions of this store that the mirror did not write and has not looked into yet
 * /drkit/mirror/NAME/strangers/KEY     a key in scope that the primary never gave
 * /drkit/mirror/NAME/skipped/KEY       a key that is left here as it is, and why
 * /drkit/quarantine/ID/...             values that were set aside
 * /drkit/runbook/lock                  who runs a runbook now (leased)
 * /drkit/runbook/run                   the run that is under way, or was the last
 * </pre>
 */
public final class DrKitKeys {

    /** Never mirrored, never compared. */
    public static final KeyRange OWN = KeyRange.prefix("/drkit/");

    public static final Bytes SITE = Bytes.utf8("/drkit/site");
    public static final Bytes ROLE = Bytes.utf8("/drkit/role");
    public static final Bytes PROOF = Bytes.utf8("/drkit/proof");
    public static final Bytes LOCK = Bytes.utf8("/drkit/mirror/lock");
    public static final Bytes RUNBOOK_LOCK = Bytes.utf8("/drkit/runbook/lock");
    public static final Bytes RUNBOOK_RUN = Bytes.utf8("/drkit/runbook/run");
    public static final String MIRRORS = "/drkit/mirror/";
    public static final String QUARANTINE = "/drkit/quarantine/";

    /** All that was ever set aside. */
    public static final KeyRange QUARANTINE_RANGE = KeyRange.prefix(QUARANTINE);

    private static final int WINDOW = 100;

    private DrKitKeys() {}

    public static Bytes checkpoint(String mirrorName) {
        return Bytes.utf8(MIRRORS + mirrorName + "/checkpoint");
    }

    public static Bytes stop(String mirrorName) {
        return Bytes.utf8(MIRRORS + mirrorName + "/stop");
    }

    public static Bytes foreign(String mirrorName) {
        return Bytes.utf8(MIRRORS + mirrorName + "/foreign");
    }

    /** The keys that tell the mirror's own revisions within a window of a copy: one for each transaction that the window may hold. */
    public static List<Bytes> window(String mirrorName) {
        return IntStream.range(0, WINDOW)
                .mapToObj(i -> Bytes.utf8(String.format("%s%s/window/%02d", MIRRORS, mirrorName, i)))
                .toList();
    }

    public static Bytes strangers(String mirrorName) {
        return Bytes.utf8(MIRRORS + mirrorName + "/strangers/");
    }

    public static Bytes skipped(String mirrorName) {
        return Bytes.utf8(MIRRORS + mirrorName + "/skipped/");
    }
}
