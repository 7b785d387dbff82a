package io.drkit.mirror;

import io.drkit.DrException;

/** The standby takes no writes until someone makes space. */
final class StandbyFullException extends DrException {

    StandbyFullException(String message) {
        super(message, null);
    }
}
