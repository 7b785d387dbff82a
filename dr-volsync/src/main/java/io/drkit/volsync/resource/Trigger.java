package io.drkit.volsync.resource;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * When to sync: with {@code manual}, once whenever it differs from {@code status.lastManualSync}, and then never by schedule ({@code getTrigger} of VolSync's
 * state machine asks for manual first); otherwise by {@code schedule}.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Trigger(@Nullable String schedule, @Nullable String manual) {}
