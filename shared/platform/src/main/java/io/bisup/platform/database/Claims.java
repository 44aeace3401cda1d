package io.bisup.platform.database;

import io.bisup.contract.JobState;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.Work;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Gives jobs that are due to workers. */
@ApplicationScoped
class Claims {

    private final Rows rows;
    private final Settlements settlements;
    private final EntityManager entities;

    Claims(Rows rows, Settlements settlements) {
        this.rows = rows;
        this.settlements = settlements;
        this.entities = rows.entities();
    }

    @Transactional
    Optional<Claim> claim(String jobId, String workerId, Duration lease) {
        Optional<JobEntity> locked = Rows.parse(jobId).flatMap(rows::lock);
        if (locked.isEmpty()) {
            return Optional.empty();
        }
        JobEntity job = locked.get();
        Instant now = rows.now();
        if (job.state == JobState.RUNNING && job.leaseExpired(now)) {
            settlements.lose(job, now);
        }
        return job.state == JobState.QUEUED && job.due(now)
                ? Optional.of(take(job, workerId, lease, now))
                : Optional.empty();
    }

    /**
     * Claims what is due next. Of tenants, the one with the fewest running jobs is served, and of several the one that has waited
     * longest; of its jobs, the one of the highest priority, and of several the one submitted first. A job that was paused or
     * tried again keeps the place of its submission.
     */
    @Transactional
    Optional<Claim> claimNext(String workerId, Duration lease) {
        return next("skip locked")
                // All that is due is locked: by other claims, or by a change after which a job may still be due.
                .or(() -> next(""))
                .flatMap(rows::lock)
                .map(job -> take(job, workerId, lease, rows.now()));
    }

    /**
     * The tenants in their turn, and of the first one that has a job due, its head. Each look is at one end of an index, so a
     * claim takes as long behind ten thousand waiting jobs as behind ten. The row is locked within the join, which takes up
     * tenants one at a time and in their order: other tenants' heads stay free for other claims.
     *
     * @param whereLocked what is done about a locked row: {@code skip locked}, or nothing for waiting
     */
    private Optional<UUID> next(String whereLocked) {
        List<?> due = entities.createNativeQuery("""
            select head.id
            from (select t.id as tenant
                  from tenant t
                  cross join lateral (select j.submitted_at from job j
                       where j.tenant = t.id and j.state = 'QUEUED'
                         and coalesce(j.not_before, j.queued_at) <= clock_timestamp()
                       order by j.id limit 1) oldest
                  order by (select count(*) from job r
                            where r.tenant = t.id and r.state in ('RUNNING', 'CANCELLING')), oldest.submitted_at, t.id) turn
            cross join lateral (select j.id from job j
                 where j.tenant = turn.tenant and j.state = 'QUEUED'
                   and coalesce(j.not_before, j.queued_at) <= clock_timestamp()
                 order by j.priority desc, j.id limit 1 for update %s) head
            limit 1
            """.formatted(whereLocked), UUID.class)
                .getResultList();
        return due.stream().findFirst().map(UUID.class::cast);
    }

    private Claim take(JobEntity job, String workerId, Duration lease, Instant now) {
        job.take(workerId, lease, now);
        job.startedAt = job.startedAt == null ? now : job.startedAt;
        entities.persist(attempt(job, workerId, now));
        rows.move(
                job,
                JobState.RUNNING,
                now,
                Map.of("attempt", job.attempt, "workerId", workerId, "resumedFromBlock", job.blocksCommitted));
        return new Claim(job.id.toString(), job.epoch, job.attempt, workerId, lease, work(job));
    }

    private static AttemptEntity attempt(JobEntity job, String workerId, Instant now) {
        AttemptEntity attempt = new AttemptEntity();
        attempt.jobId = job.id;
        attempt.number = job.attempt;
        attempt.epoch = job.epoch;
        attempt.workerId = workerId;
        attempt.resumedFromBlock = job.blocksCommitted;
        attempt.startedAt = now;
        return attempt;
    }

    private Work work(JobEntity job) {
        JobInputEntity input = entities.find(JobInputEntity.class, job.id);
        return new Work(
                job.readSpec(),
                Documents.read(job.recipe, Recipe.class),
                Documents.read(input.model, RegisteredModel.class),
                Documents.read(job.calibration, RegisteredDataset.class));
    }
}
