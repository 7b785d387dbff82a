package io.drkit.quarantine;

import java.time.Instant;

/**
 * Why a batch was set aside.
 *
 * @param reason one sentence for people
 * @param mirror the mirror that did it, or what else did
 * @param at when it began
 */
public record About(String reason, String mirror, Instant at) {}
