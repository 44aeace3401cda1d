package io.bisup.platform.database;

import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Work that a queue holds until a worker claims it, and that a worker holds as long as its lease lasts. */
@MappedSuperclass
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public abstract class LeasedEntity {

    @Id
    UUID id;

    @Version
    long version;

    int attempt;
    long epoch;

    @Column(name = "worker_id")
    @Nullable
    String workerId;

    @Column(name = "heartbeat_at")
    @Nullable
    Instant heartbeatAt;

    @Column(name = "lease_until")
    @Nullable
    Instant leaseUntil;

    @Column(name = "queued_at")
    Instant queuedAt;

    @Column(name = "rung_at")
    Instant rungAt;

    @Column(name = "not_before")
    @Nullable
    Instant notBefore;

    @Column(name = "attempt_started_at")
    @Nullable
    Instant attemptStartedAt;

    @Nullable
    String failure;

    @Column(name = "finished_at")
    @Nullable
    Instant finishedAt;

    /** A new epoch and attempt begin in a worker's hands. */
    void take(String worker, Duration lease, Instant now) {
        epoch++;
        attempt++;
        workerId = worker;
        heartbeatAt = now;
        leaseUntil = now.plus(lease);
        attemptStartedAt = now;
        notBefore = null;
    }

    boolean due(Instant now) {
        return notBefore == null || !notBefore.isAfter(now);
    }

    boolean leaseExpired(Instant now) {
        return leaseUntil != null && leaseUntil.isBefore(now);
    }
}
