package io.drkit.restore;

import io.drkit.UnsafeToProceedException;

/** Another run has taken a node over: this one must do nothing more, and undo nothing. */
final class TakenOverException extends UnsafeToProceedException {

    private static final long serialVersionUID = 1;

    TakenOverException(String node) {
        super("Another run took over " + node + ", so this one does nothing more. Look what became of that one.");
    }
}
