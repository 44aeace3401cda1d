package io.bisup.platform.database;

import io.bisup.contract.BlockReport;
import io.bisup.platform.job.IllegalTransitionException;
import io.bisup.platform.job.JobLife;
import io.bisup.platform.job.JobNotFoundException;
import io.bisup.platform.job.Origin;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a new job has from the one it was made from. */
@ApplicationScoped
class Retries {

    /** The attempt of a block that a job found when it was submitted; its own count from 1. */
    private static final int OLDER_JOB = 0;

    private final Rows rows;
    private final EntityManager entities;

    Retries(Rows rows) {
        this.rows = rows;
        this.entities = rows.entities();
    }

    /**
     * Writes down what the job was made from, and finds the place of a retry among those before it. The family's lock is held
     * from here on: nothing that the older job committed is deleted before this transaction ends.
     *
     * @throws IllegalTransitionException when the older job can be neither
     */
    void begin(JobEntity job, @Nullable Origin origin) {
        job.family = job.id;
        if (origin == null) {
            return;
        }
        UUID older = UUID.fromString(origin.jobId());
        switch (origin.kind()) {
            case CLONE -> job.clonedFrom = older;
            case RETRY -> {
                job.retryOf = older;
                job.family = lockedFamily(origin.jobId(), older);
            }
        }
    }

    private UUID lockedFamily(String id, UUID older) {
        JobEntity tried = entities.find(JobEntity.class, older);
        if (tried == null) {
            throw new JobNotFoundException(id);
        }
        rows.lock(tried.family);
        if (tried.life().after(JobLife.Command.RETRY).isEmpty()) {
            throw new IllegalTransitionException(id, tried.state, "retried", remedy(tried));
        }
        return tried.family;
    }

    private static String remedy(JobEntity job) {
        return job.state.terminal()
                ? "it has its result, and :clone makes another job of the same spec"
                : "wait for its end or end it with :cancel, or make another job of the same spec with :clone";
    }

    /**
     * Takes over what the older job of a retry committed; its attempts decide how much of it is of use to them.
     *
     * @return what the new job's first event tells
     */
    Map<String, Object> takeOver(JobEntity job) {
        if (job.clonedFrom != null) {
            return Map.of("clonedFrom", job.clonedFrom.toString());
        }
        if (job.retryOf == null) {
            return Map.of();
        }
        if (kept(job.retryOf)) {
            List<BlockEntity> blocks = entities.createQuery(
                            "from BlockEntity b where b.jobId = :id order by b.block", BlockEntity.class)
                    .setParameter("id", job.retryOf)
                    .getResultList();
            blocks.forEach(block -> entities.persist(copy(block, job.id)));
            job.blocksCommitted = blocks.size();
        }
        return Map.of("retryOf", job.retryOf.toString(), "blocksTakenOver", job.blocksCommitted);
    }

    /** Whether nobody has begun to delete the objects of its blocks. */
    private boolean kept(UUID older) {
        return (Boolean) entities.createNativeQuery(
                        "select not collecting and collected_at is null from job where id = :id", Boolean.class)
                .setParameter("id", older)
                .getSingleResult();
    }

    private static BlockEntity copy(BlockEntity block, UUID job) {
        BlockEntity copy = new BlockEntity();
        copy.jobId = job;
        copy.block = block.block;
        copy.report =
                Documents.write(Documents.read(block.report, BlockReport.class).byAttempt(OLDER_JOB));
        copy.objects = block.objects;
        return copy;
    }
}
