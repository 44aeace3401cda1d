package io.bisup.platform.dispatch;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record that was no ring.
 *
 * @param topic it was found in
 * @param offset its place there
 * @param at when it was put aside
 * @param reason why it is no ring
 * @param key its key, or null
 * @param payload its first 1,000 characters, or null
 */
public record DeadLetter(
        String topic,
        long offset,
        Instant at,
        String reason,
        @Nullable String key,
        @Nullable String payload) {}
