package io.bisup.platform.database;

import io.bisup.contract.Doorbell;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobNotFoundException;
import io.bisup.platform.job.StaleEpochException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What every transaction on a job does: lock the row, ask the database for the time, move the state, tell what happened and
 * ring. The row lock orders the events of a job, so their sequence has no gaps.
 */
@ApplicationScoped
class Rows {

    /** An event, its copy for Kafka and the call of those who listen to the database: one round trip. */
    private static final String TELL = """
            with event as (
                insert into job_event (job_id, sequence, type, at, data) values (:job, :sequence, :type, :at, :data)),
            message as (
                insert into outbox (topic, key, payload, due_at) values (:topic, :key, :payload, :at))
            select pg_notify('job_events', :key)
            """;

    private final EntityManager entities;

    Rows(EntityManager entities) {
        this.entities = entities;
    }

    EntityManager entities() {
        return entities;
    }

    /** The database's clock. Ask after the lock is held, or the answer may be older than another's change. */
    Instant now() {
        return (Instant) entities.createNativeQuery("select clock_timestamp()", Instant.class)
                .getSingleResult();
    }

    /** A fresh UUID of version 7. */
    UUID newId() {
        return (UUID) entities.createNativeQuery("select uuidv7()", UUID.class).getSingleResult();
    }

    /** A text that users send as an id; what is no UUID is no job's. */
    static Optional<UUID> parse(String id) {
        try {
            UUID uuid = UUID.fromString(id);
            return uuid.toString().equals(id) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The job's row, locked until the transaction ends. */
    Optional<JobEntity> lock(UUID id) {
        return entities.createQuery("from JobEntity j where j.id = :id", JobEntity.class)
                .setParameter("id", id)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultStream()
                .findFirst();
    }

    JobEntity lockExisting(String id) {
        return parse(id).flatMap(this::lock).orElseThrow(() -> new JobNotFoundException(id));
    }

    /** The claimed job's row, locked, if the claim still holds: the compare of every compare-and-set. */
    JobEntity fenced(Claim claim) {
        return live(UUID.fromString(claim.jobId()), claim.epoch())
                .orElseThrow(() -> new StaleEpochException(claim.jobId(), claim.epoch()));
    }

    /** The row of a job that an attempt of this epoch works on, locked. */
    Optional<JobEntity> live(UUID id, long epoch) {
        return entities.createQuery(
                        "from JobEntity j where j.id = :id and j.epoch = :epoch and j.state in :live", JobEntity.class)
                .setParameter("id", id)
                .setParameter("epoch", epoch)
                .setParameter("live", List.of(JobState.RUNNING, JobState.CANCELLING))
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultStream()
                .findFirst();
    }

    /** Moves the job to {@code next} and tells it. */
    void move(JobEntity job, JobState next, Instant now, Map<String, Object> data) {
        if (!job.state.mayBecome(next)) {
            throw new IllegalStateException("job " + job.id + " cannot go from " + job.state + " to " + next);
        }
        job.state = next;
        if (next.terminal()) {
            job.finishedAt = now;
        }
        Map<String, Object> all = new TreeMap<>(data);
        all.put("state", next.name());
        tell(job, JobEvent.Type.STATE_CHANGED, now, all);
    }

    /** Puts the job into the queue and rings, now or when its back-off is over. */
    void enqueue(JobEntity job, @Nullable Instant notBefore, Instant now, Map<String, Object> data) {
        move(job, JobState.QUEUED, now, data);
        job.queuedAt = now;
        job.notBefore = notBefore;
        job.rungAt = notBefore == null ? now : notBefore;
        ring(Doorbell.QUANTIZATION_JOBS, job.id, job.rungAt);
    }

    /** Appends an event with the next sequence number, for followers here and on Kafka. */
    void tell(JobEntity job, JobEvent.Type type, Instant now, Map<String, Object> data) {
        job.lastSequence++;
        job.updatedAt = now;
        JobEvent event = new JobEvent(job.id.toString(), job.lastSequence, type, now, data);
        entities.createNativeQuery(TELL)
                .setParameter("job", job.id)
                .setParameter("sequence", event.sequence())
                .setParameter("type", type.name())
                .setParameter("at", now)
                .setParameter("data", Documents.write(data))
                .setParameter("topic", Doorbell.JOB_EVENTS)
                .setParameter("key", event.jobId())
                .setParameter("payload", Documents.write(event))
                .getSingleResult();
    }

    void ring(String topic, UUID id, Instant due) {
        OutboxEntity message = new OutboxEntity();
        message.topic = topic;
        message.key = id.toString();
        message.payload = Documents.write(new Doorbell(message.key));
        message.dueAt = due;
        entities.persist(message);
    }
}
