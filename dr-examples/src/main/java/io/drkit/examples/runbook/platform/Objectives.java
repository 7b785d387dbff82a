package io.drkit.examples.runbook.platform;

import java.time.Duration;
import java.util.Optional;

/**
 * What was promised.
 *
 * @param rpo how much may be lost, as a time
 * @param rto how long the platform may be away
 */
public record Objectives(Optional<Duration> rpo, Optional<Duration> rto) {}
