package io.bisup.platform.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key without its secret.
 *
 * @param id the part of the key that is no secret
 * @param tenant whose it is
 * @param name what its owner calls it
 * @param role what its bearer may do
 * @param expiresAt end of its validity, or null for none
 * @param revokedAt when it was revoked, or null
 */
public record ApiKey(
        String id,
        String tenant,
        String name,
        Role role,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {}
