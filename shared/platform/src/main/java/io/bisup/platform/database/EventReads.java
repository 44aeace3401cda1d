package io.bisup.platform.database;

import io.bisup.contract.JobEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;

/** Reads a job's events. */
@ApplicationScoped
class EventReads {

    private final EntityManager entities;

    EventReads(EntityManager entities) {
        this.entities = entities;
    }

    @Transactional
    List<JobEvent> after(String jobId, long sequence, int limit) {
        return Rows.parse(jobId)
                .map(id -> entities.createQuery(
                                "from EventEntity e where e.jobId = :id and e.sequence > :sequence order by e.sequence",
                                EventEntity.class)
                        .setParameter("id", id)
                        .setParameter("sequence", sequence)
                        .setMaxResults(limit)
                        .getResultStream()
                        .map(EventEntity::toRecord)
                        .toList())
                .orElse(List.of());
    }
}
