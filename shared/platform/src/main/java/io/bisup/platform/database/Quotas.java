package io.bisup.platform.database;

import io.bisup.platform.access.QuotaExceededException;
import io.bisup.platform.access.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;

/** Whether a tenant may have one more of what it has a limit of. Its row stays locked, so that a race passes nobody. */
@ApplicationScoped
class Quotas {

    private final EntityManager entities;
    private final DatabaseTenants tenants;

    Quotas(EntityManager entities, DatabaseTenants tenants) {
        this.entities = entities;
        this.tenants = tenants;
    }

    /**
     * Lets the transaction store one more job or evaluation job of the tenant's.
     *
     * @throws QuotaExceededException when as many as it may have are unfinished
     */
    void requireRoomForJob(String tenant) {
        Tenant allowed = tenants.lock(tenant);
        if (tenants.liveJobs(tenant) >= allowed.maxLiveJobs()) {
            throw new QuotaExceededException(allowed, "jobs");
        }
    }

    /**
     * Lets the transaction store one more export of an artifact of the tenant's. They are counted apart from jobs.
     *
     * @throws QuotaExceededException when as many as it may have jobs are unfinished
     */
    void requireRoomForExport(String tenant) {
        Tenant allowed = tenants.lock(tenant);
        long live = entities.createQuery(
                        "select count(e) from ExportEntity e where e.tenant = :tenant and e.state in (QUEUED, RUNNING)",
                        Long.class)
                .setParameter("tenant", tenant)
                .getSingleResult();
        if (live >= allowed.maxLiveJobs()) {
            throw new QuotaExceededException(allowed, "exports");
        }
    }
}
