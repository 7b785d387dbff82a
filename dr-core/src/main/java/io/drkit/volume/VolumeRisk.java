package io.drkit.volume;

/** What could lose data and is refused unless a person accepts it, each for itself. */
public enum VolumeRisk {
    /** The source is empty, or much smaller than at the sync before: the destination would become so too. */
    SHRUNKEN_SOURCE,
    /** The source's claim is not the one that was protected: it was deleted and made anew, and its volume is rather empty. */
    REPLACED_SOURCE,
    /** The destination's claim holds what was not replicated from here, and no snapshot can keep it. */
    OVERWRITTEN_DESTINATION
}
