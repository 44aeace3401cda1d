package io.bisup.platform.database;

import io.bisup.contract.Doorbell;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Single steps of the sweeper: each finds candidates, or settles one under its row's lock after looking again. */
@ApplicationScoped
class Sweeps {

    /** Jobs that ended long ago, and with them all that retry one another: a retry needs the blocks of those before it. */
    private static final String TO_COLLECT = """
        j.collected_at is null and j.finished_at < :before and not exists
           (select 1 from job k where k.family = j.family and (k.finished_at is null or k.finished_at >= :before))\
        """;

    private final Rows rows;
    private final EvaluationRows evaluations;
    private final EvaluationJobRows evaluationJobs;
    private final ExportRows exports;
    private final Settlements settlements;
    private final EntityManager entities;
    private final JobLimits limits;

    Sweeps(
            Rows rows,
            EvaluationRows evaluations,
            EvaluationJobRows evaluationJobs,
            ExportRows exports,
            Settlements settlements,
            JobLimits limits) {
        this.rows = rows;
        this.evaluations = evaluations;
        this.evaluationJobs = evaluationJobs;
        this.exports = exports;
        this.settlements = settlements;
        this.entities = rows.entities();
        this.limits = limits;
    }

    /** Jobs that one of the three clocks may have run out for. */
    @Transactional
    List<UUID> suspectJobs() {
        List<?> ids = entities.createNativeQuery("""
            select j.id from job j cross join (select clock_timestamp() as now) t
            where (j.state in ('RUNNING', 'CANCELLING') and (j.lease_until < t.now or j.attempt_started_at
                    < t.now - make_interval(secs => least(j.max_attempt_seconds, cast(:attempt as bigint)))))
               or (j.state = 'QUEUED' and j.queued_at
                    < t.now - make_interval(secs => least(j.max_pending_seconds, cast(:pending as bigint))))
            """, UUID.class)
                .setParameter("attempt", limits.maxAttempt().toSeconds())
                .setParameter("pending", limits.maxPending().toSeconds())
                .setMaxResults(1000)
                .getResultList();
        return ids.stream().map(UUID.class::cast).toList();
    }

    @Transactional
    void settleJob(UUID id, boolean leasesCount) {
        rows.lock(id).ifPresent(job -> settle(job, rows.now(), leasesCount));
    }

    private void settle(JobEntity job, Instant now, boolean leasesCount) {
        boolean held = job.state == JobState.RUNNING || job.state == JobState.CANCELLING;
        if (held && job.leaseExpired(now)) {
            if (leasesCount) {
                settlements.lose(job, now);
            }
            return;
        }
        Deadline attempt =
                Deadline.of("maxAttempt", job.maxAttemptSeconds, "bisup.jobs.max-attempt", limits.maxAttempt());
        Deadline pending =
                Deadline.of("maxPending", job.maxPendingSeconds, "bisup.jobs.max-pending", limits.maxPending());
        if (held && before(job.attemptStartedAt, now, attempt.limit())) {
            settlements.fail(job, deadline(attempt.name(), attempt.limit()), now);
        } else if (job.state == JobState.QUEUED && before(job.queuedAt, now, pending.limit())) {
            Failure failure = deadline(pending.name(), pending.limit());
            job.failure = Documents.write(failure);
            rows.move(
                    job, JobState.FAILED, now, Map.of("failure", failure.code().name()));
        }
    }

    /** The limit that holds, and what is to be raised: the job's own where it is the narrower. */
    private record Deadline(String name, Duration limit) {

        static Deadline of(String field, @Nullable Long seconds, String setting, Duration limit) {
            return seconds != null && seconds < limit.toSeconds()
                    ? new Deadline("limits/" + field + " of its spec", Duration.ofSeconds(seconds))
                    : new Deadline(setting, limit);
        }
    }

    @Transactional
    List<UUID> suspectEvaluations() {
        return evaluations.suspects(EvaluationEntity.class);
    }

    @Transactional
    void settleEvaluation(UUID id, boolean leasesCount) {
        JobEntity job = evaluations.jobOf(id).flatMap(rows::lock).orElseThrow();
        EvaluationEntity evaluation = evaluations.lock(id).orElseThrow();
        Instant now = rows.now();
        evaluations
                .overdue(evaluation, now, leasesCount)
                .ifPresent(failure -> evaluations.fail(job, evaluation, failure, now));
    }

    @Transactional
    List<UUID> suspectEvaluationJobs() {
        return evaluations.suspects(EvaluationJobEntity.class);
    }

    @Transactional
    void settleEvaluationJob(UUID id, boolean leasesCount) {
        evaluationJobs.settle(id, leasesCount);
    }

    @Transactional
    List<UUID> suspectExports() {
        return exports.suspects();
    }

    @Transactional
    void settleExport(UUID id, boolean leasesCount) {
        exports.settle(id, leasesCount);
    }

    /** Rings for everything that waits and has no bell on its way. */
    @Transactional
    int ringAgain() {
        return ringAgain("job", Doorbell.QUANTIZATION_JOBS)
                + ringAgain("artifact_export", Doorbell.QUANTIZATION_JOBS)
                + ringAgain("evaluation", Doorbell.EVALUATION_JOBS)
                + ringAgain("evaluation_job", Doorbell.EVALUATION_JOBS);
    }

    /**
     * Rings for those that have been silent longest. One statement, and not for all of a long queue at once: the rows are locked
     * while it runs, and a claim passes over a locked row.
     */
    private int ringAgain(String table, String topic) {
        return entities.createNativeQuery("""
            with silent as (
                select w.id from %1$s w
                where w.state = 'QUEUED' and coalesce(w.not_before, w.queued_at) <= clock_timestamp()
                  and w.rung_at < clock_timestamp() - make_interval(secs => cast(:after as double precision))
                  and not exists (select 1 from outbox o where o.key = cast(w.id as text) and o.topic = :topic)
                order by w.rung_at, w.id limit 1000 for update of w skip locked),
            rung as (
                update %1$s w set rung_at = clock_timestamp() from silent s where w.id = s.id returning w.id)
            insert into outbox (topic, key, payload, due_at)
            select :topic, cast(id as text), cast(json_build_object('id', id) as text), clock_timestamp() from rung order by id
            """.formatted(table))
                .setParameter("after", limits.ringAgainAfter().toMillis() / 1000.0)
                .setParameter("topic", topic)
                .executeUpdate();
    }

    @Transactional
    List<String> uncollected(int limit) {
        Instant before = rows.now().minus(limits.collectAfter());
        List<?> families = entities.createNativeQuery(
                        "select j.family from job j where " + TO_COLLECT
                                + " group by j.family order by min(j.finished_at) limit " + limit,
                        UUID.class)
                .setParameter("before", before)
                .getResultList();
        if (families.isEmpty()) {
            return List.of();
        }
        // A retry holds the same locks while it takes blocks over.
        entities.createNativeQuery("select 1 from job where id in (:families) order by id for update")
                .setParameter("families", families)
                .getResultList();
        return entities
                .createNativeQuery(
                        "update job j set collecting = true where j.family in (:families) and " + TO_COLLECT
                                + " returning cast(j.id as text)",
                        String.class)
                .setParameter("families", families)
                .setParameter("before", before)
                .getResultList()
                .stream()
                .map(String::valueOf)
                .toList();
    }

    @Transactional
    void collected(String jobId) {
        entities.createNativeQuery("update job set collected_at = clock_timestamp() where id = :id")
                .setParameter("id", UUID.fromString(jobId))
                .executeUpdate();
    }

    @Transactional
    int forgetIdempotencyKeys() {
        return entities.createNativeQuery("delete from idempotency where created_at"
                        + " < clock_timestamp() - make_interval(secs => cast(:kept as double precision))")
                .setParameter("kept", limits.idempotencyRetention().toSeconds())
                .executeUpdate();
    }

    static boolean before(@Nullable Instant begin, Instant now, Duration limit) {
        return begin != null && begin.plus(limit).isBefore(now);
    }

    static Failure deadline(String setting, Duration limit) {
        return Failure.of(FailureCode.DEADLINE_EXCEEDED, "took longer than " + setting + " = " + limit + " allows");
    }
}
