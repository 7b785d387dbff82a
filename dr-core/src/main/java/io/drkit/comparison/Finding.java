package io.drkit.comparison;

/**
 * One difference that matters, or something that could not be told.
 *
 * @param subject what differs
 * @param primary what the primary has
 * @param standby what the standby has
 * @param breaks what that would break in a failover
 * @param remedy what to do
 */
public record Finding(
        Severity severity, Topic topic, String subject, String primary, String standby, String breaks, String remedy) {}
