package io.drkit.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** What DrKit logs of thousands of histories is not to be read by anyone. */
final class Hushed implements BeforeAllCallback, AfterAllCallback {

    private final Logger log = (Logger) LoggerFactory.getLogger("io.drkit");

    @Override
    public void beforeAll(ExtensionContext context) {
        log.setLevel(Level.OFF);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        log.setLevel(null);
    }
}
