package io.drkit.kubernetes.registry;

import java.io.IOException;

/** Why a registry could not be asked, in one sentence without credentials. */
final class RegistryException extends IOException {

    private static final long serialVersionUID = 1;

    RegistryException(String message) {
        super(message);
    }
}
