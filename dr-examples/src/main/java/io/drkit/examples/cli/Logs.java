package io.drkit.examples.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;

/** Logs go to stderr, one line each, from WARN ({@code logback.xml}); {@code --verbose} shows more. */
public final class Logs {

    private Logs() {}

    /** For this process; idempotent. */
    public static void configure(boolean verbose) {
        // gRPC logs to java.util.logging what it also tells its caller.
        LogManager.getLogManager().reset();
        if (!verbose) {
            return;
        }
        ((Logger) LoggerFactory.getLogger("io.drkit")).setLevel(Level.DEBUG);
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        if (root.getAppender("stderr") instanceof ConsoleAppender<ILoggingEvent> stderr
                && stderr.getEncoder() instanceof PatternLayoutEncoder encoder) {
            encoder.stop();
            encoder.setPattern("%d{HH:mm:ss.SSS} %-5level [%thread] %logger{20}: %msg%n%ex");
            encoder.start();
        }
    }
}
