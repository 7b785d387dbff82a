package io.drkit.examples.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/** Keeps out of the log what ends a command: it is thrown as well, and told once, by {@link Errors}. */
public final class SaidAnyway extends Filter<ILoggingEvent> {

    @Override
    public FilterReply decide(ILoggingEvent event) {
        return event.getLevel() == Level.ERROR && event.getLoggerName().startsWith("io.drkit.")
                ? FilterReply.DENY
                : FilterReply.NEUTRAL;
    }
}
