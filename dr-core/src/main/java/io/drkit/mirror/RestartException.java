package io.drkit.mirror;

import io.drkit.DrException;

/** What the mirror believed of the standby is out of date (the lock was lost, say): read it again and go on from there. */
final class RestartException extends DrException {

    RestartException(String message) {
        super(message, null);
    }
}
