package io.bisup.platform.database;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.function.Consumer;

/** Messages that were committed with a change and wait for Kafka's acknowledgement. */
@ApplicationScoped
public class Outbox {

    private static final int BATCH = 200;

    /** Any number: one relay works at a time, so that messages keep their order. */
    private static final long RELAY_LOCK = 0x42495355L;

    private final EntityManager entities;

    Outbox(EntityManager entities) {
        this.entities = entities;
    }

    /**
     * Gives the oldest due messages to {@code relay} and removes them when it returns: it returns only when all are
     * acknowledged, and throws otherwise. A message may go out twice, never not at all.
     *
     * @return how many; 0 also when another process relays
     */
    @Transactional
    public int drain(Consumer<List<OutboxMessage>> relay) {
        if (!(Boolean) entities.createNativeQuery("select pg_try_advisory_xact_lock(:lock)", Boolean.class)
                .setParameter("lock", RELAY_LOCK)
                .getSingleResult()) {
            return 0;
        }
        List<OutboxEntity> due = entities
                .createNativeQuery(
                        "select * from outbox where due_at <= clock_timestamp() order by row_id limit " + BATCH,
                        OutboxEntity.class)
                .getResultList()
                .stream()
                .map(OutboxEntity.class::cast)
                .toList();
        if (!due.isEmpty()) {
            relay.accept(due.stream()
                    .map(m -> new OutboxMessage(m.topic, m.key, m.payload))
                    .toList());
            entities.createQuery("delete from OutboxEntity o where o.rowId in :ids")
                    .setParameter("ids", due.stream().map(m -> m.rowId).toList())
                    .executeUpdate();
        }
        return due.size();
    }

    /** Messages waiting. */
    @Transactional
    public long size() {
        return entities.createQuery("select count(o) from OutboxEntity o", Long.class)
                .getSingleResult();
    }
}
