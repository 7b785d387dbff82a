package io.drkit;

/** Going on could lose data; nothing was changed by the step that refused. The next move: a person decides. The message names the override, if there is one. */
public class UnsafeToProceedException extends DrException {

    public UnsafeToProceedException(String message) {
        super(message, null);
    }
}
