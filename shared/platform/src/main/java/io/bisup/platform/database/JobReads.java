package io.bisup.platform.database;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.BlockReport;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Priority;
import io.bisup.platform.job.Attempt;
import io.bisup.platform.job.CommittedBlock;
import io.bisup.platform.job.JobQuery;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.Page;
import io.bisup.platform.job.QueueContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Reads jobs and what belongs to them. */
@ApplicationScoped
class JobReads {

    private final EntityManager entities;

    JobReads(Rows rows) {
        this.entities = rows.entities();
    }

    @Transactional
    Optional<JobRecord> find(String id) {
        return Rows.parse(id).map(uuid -> entities.find(JobEntity.class, uuid)).map(JobEntity::toRecord);
    }

    /** Pages by id: ids of version 7 sort by time, so a page is one range of the primary key, however deep. */
    @Transactional
    Page<JobRecord> list(JobQuery query) {
        Map<String, Object> parameters = new TreeMap<>();
        String where = where(query, parameters);
        Query select = entities.createNativeQuery(
                "select id from job" + where + " order by id desc limit " + (query.pageSize() + 1), UUID.class);
        parameters.forEach(select::setParameter);
        List<JobRecord> found = entities.createQuery(
                        "from JobEntity j where j.id in :ids order by j.id desc", JobEntity.class)
                .setParameter("ids", select.getResultList())
                .getResultStream()
                .map(JobEntity::toRecord)
                .toList();
        boolean more = found.size() > query.pageSize();
        List<JobRecord> items = more ? found.subList(0, query.pageSize()) : found;
        return new Page<>(items, more ? items.getLast().id() : null);
    }

    private static String where(JobQuery query, Map<String, Object> parameters) {
        List<String> conditions = new ArrayList<>();
        if (query.tenant() != null) {
            conditions.add("tenant = :tenant");
            parameters.put("tenant", query.tenant());
        }
        if (!query.states().isEmpty()) {
            conditions.add("state in (:states)");
            parameters.put("states", query.states().stream().map(Enum::name).toList());
        }
        if (query.model() != null) {
            conditions.add("model = :model");
            parameters.put("model", query.model());
        }
        if (!query.labels().isEmpty()) {
            conditions.add("((cast(spec as jsonb)) -> 'labels') @> cast(:labels as jsonb)");
            parameters.put("labels", Documents.write(query.labels()));
        }
        if (query.createdAfter() != null) {
            conditions.add("submitted_at > :createdAfter");
            parameters.put("createdAfter", query.createdAfter());
        }
        if (query.pageToken() != null) {
            conditions.add("id < :last");
            parameters.put("last", token(query.pageToken()));
        }
        return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    }

    private static UUID token(String pageToken) {
        return Rows.parse(pageToken)
                .orElseThrow(() -> new IllegalArgumentException("pageToken '" + pageToken + "' is not one of ours"));
    }

    @Transactional
    List<CommittedBlock> committedBlocks(String id) {
        return ofJob("from BlockEntity b where b.jobId = :id order by b.block", BlockEntity.class, id).stream()
                .map(b -> new CommittedBlock(
                        Documents.read(b.report, BlockReport.class), Documents.readList(b.objects, ObjectEntry.class)))
                .toList();
    }

    @Transactional
    List<Attempt> attempts(String id) {
        return ofJob("from AttemptEntity a where a.jobId = :id order by a.number", AttemptEntity.class, id).stream()
                .map(AttemptEntity::toRecord)
                .toList();
    }

    @Transactional
    Optional<ArtifactManifest> artifact(String id) {
        return Rows.parse(id)
                .map(uuid -> entities.find(ArtifactEntity.class, uuid))
                .map(a -> Documents.read(a.manifest, ArtifactManifest.class));
    }

    @Transactional
    List<ArtifactManifest> artifactsOfRetries(String id) {
        return ofJob("""
            from ArtifactEntity a where a.jobId in
                (select j.id from JobEntity j where j.family = (select o.family from JobEntity o where o.id = :id))
            """, ArtifactEntity.class, id).stream()
                .map(a -> Documents.read(a.manifest, ArtifactManifest.class))
                .toList();
    }

    @Transactional
    Optional<QueueContext> queueContext(String id) {
        return Rows.parse(id).map(uuid -> entities.find(JobEntity.class, uuid)).map(this::context);
    }

    private QueueContext context(JobEntity job) {
        Object[] counts = (Object[]) entities.createNativeQuery("""
            select count(*) filter (where due and mine), count(*) filter (where due),
                   count(*) filter (where running), count(*) filter (where running and mine),
                   coalesce(cast(:notBefore as timestamptz) > clock_timestamp(), false)
            from (select tenant = :tenant as mine, state in ('RUNNING', 'CANCELLING') as running,
                         state = 'QUEUED'
                           and case when tenant = :tenant and priority <> :priority then priority > :priority
                                    else id < :id end
                           and coalesce(not_before, queued_at) <= clock_timestamp() as due
                  from job where state in ('QUEUED', 'RUNNING', 'CANCELLING')) live
            """, Object[].class)
                .setParameter("notBefore", job.notBefore)
                .setParameter("tenant", job.tenant)
                .setParameter("id", job.id)
                .setParameter("priority", job.priority)
                .getSingleResult();
        int ahead = ((Number) counts[1]).intValue();
        return new QueueContext(
                reason(job, ahead, (Boolean) counts[4]),
                Priority.ofRank(job.priority),
                ((Number) counts[0]).intValue(),
                ahead,
                ((Number) counts[2]).intValue(),
                ((Number) counts[3]).intValue(),
                job.notBefore);
    }

    private static QueueContext.Reason reason(JobEntity job, int ahead, boolean pausing) {
        if (job.state != JobState.QUEUED) {
            return QueueContext.Reason.NOT_QUEUED;
        }
        if (pausing) {
            return QueueContext.Reason.BACK_OFF;
        }
        return ahead > 0 ? QueueContext.Reason.OTHERS_FIRST : QueueContext.Reason.NO_FREE_WORKER;
    }

    @Transactional
    Optional<String> oldestWaiting(Duration waited) {
        return Waiting.oldest(entities, "job", waited);
    }

    private <T> List<T> ofJob(String query, Class<T> type, String id) {
        return Rows.parse(id)
                .map(uuid -> entities.createQuery(query, type)
                        .setParameter("id", uuid)
                        .getResultList())
                .orElse(List.of());
    }
}
