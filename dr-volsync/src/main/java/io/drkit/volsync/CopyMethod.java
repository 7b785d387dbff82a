package io.drkit.volsync;

/** How the moment that is sent is held at the source. */
public enum CopyMethod {
    /** By a CSI snapshot, from which a temporary claim is made. */
    SNAPSHOT("Snapshot"),
    /** By a clone of the claim. */
    CLONE("Clone"),
    /** Not at all: files are read while the application writes. Only a sync of a stopped application is consistent so. */
    DIRECT("Direct");

    private final String volSync;

    CopyMethod(String volSync) {
        this.volSync = volSync;
    }

    /** As VolSync spells it. */
    public String volSync() {
        return volSync;
    }
}
