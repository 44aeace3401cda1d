package io.bisup.platform.access;

import java.time.Instant;

/**
 * Something that was done or refused.
 *
 * @param at when it was recorded, by the database's clock
 * @param tenant of the caller
 * @param caller name of the key or subject of the token
 * @param action method and path
 * @param status HTTP status of the answer
 * @param address the client's network address
 */
public record AuditEntry(
        long sequence, Instant at, String tenant, String caller, String action, int status, String address) {}
