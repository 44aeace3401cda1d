package io.bisup.platform.database;

import io.bisup.platform.access.AuditEntry;
import io.bisup.platform.access.AuditLog;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;

/** The audit log. An entry does not wait for the disk, so that nobody waits for it. */
@ApplicationScoped
class DatabaseAuditLog implements AuditLog {

    private final EntityManager entities;

    DatabaseAuditLog(EntityManager entities) {
        this.entities = entities;
    }

    @Override
    @Transactional
    public void add(String tenant, String caller, String action, int status, String address) {
        entities.createNativeQuery("set local synchronous_commit = off").executeUpdate();
        entities.createNativeQuery("insert into audit (tenant, caller, action, status, address)"
                        + " values (:tenant, :caller, :action, :status, :address)")
                .setParameter("tenant", tenant)
                .setParameter("caller", caller)
                .setParameter("action", action)
                .setParameter("status", status)
                .setParameter("address", address)
                .executeUpdate();
    }

    @Override
    @Transactional
    public List<AuditEntry> list(long before, int limit) {
        List<?> rows = entities.createNativeQuery(
                        "select row_id, at, tenant, caller, action, status, address from audit"
                                + " where row_id < :before order by row_id desc limit " + limit,
                        Object[].class)
                .setParameter("before", before)
                .getResultList();
        return rows.stream().map(row -> entry((Object[]) row)).toList();
    }

    private static AuditEntry entry(Object[] row) {
        return new AuditEntry(
                (Long) row[0],
                (Instant) row[1],
                (String) row[2],
                (String) row[3],
                (String) row[4],
                (Integer) row[5],
                (String) row[6]);
    }
}
