package io.drkit.keystore;

import io.drkit.DrException;

/** The revision asked for was not reached yet, though it was seen before: the store's history went back, as after a restore. */
public class FutureRevisionException extends DrException {

    public FutureRevisionException(String message) {
        super(message, null);
    }
}
