package io.bisup.platform.database;

import io.bisup.platform.access.Tenant;
import io.bisup.platform.access.Tenants;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/** Tenants. A new one gets the limits that {@code default} has. */
@ApplicationScoped
class DatabaseTenants implements Tenants {

    private static final String COLUMNS = "select id, max_live_jobs, requests_per_minute from tenant";

    private final EntityManager entities;

    DatabaseTenants(EntityManager entities) {
        this.entities = entities;
    }

    @Override
    @Transactional
    public Tenant get(String id) {
        Optional<Tenant> found = find(id);
        if (found.isPresent()) {
            return found.get();
        }
        entities.createNativeQuery("""
                        insert into tenant (id, max_live_jobs, requests_per_minute)
                        select cast(:id as text), max_live_jobs, requests_per_minute from tenant where id = :usual
                        on conflict (id) do nothing
                        """)
                .setParameter("id", checked(id))
                .setParameter("usual", Tenant.DEFAULT)
                .executeUpdate();
        return find(id).orElseThrow();
    }

    @Override
    @Transactional
    public Tenant put(Tenant tenant) {
        entities.createNativeQuery("""
                        insert into tenant (id, max_live_jobs, requests_per_minute) values (:id, :jobs, :requests)
                        on conflict (id) do update set max_live_jobs = :jobs, requests_per_minute = :requests
                        """)
                .setParameter("id", checked(tenant.id()))
                .setParameter("jobs", tenant.maxLiveJobs())
                .setParameter("requests", tenant.requestsPerMinute())
                .executeUpdate();
        return tenant;
    }

    @Override
    @Transactional
    public List<Tenant> list() {
        return read(entities.createNativeQuery(COLUMNS + " order by id", Object[].class));
    }

    @Override
    @Transactional
    public long liveJobs(String id) {
        return (Long) entities.createNativeQuery(
                        "select (select count(*) from job where tenant = :id"
                                + " and state not in ('REJECTED', 'SUCCEEDED', 'FAILED', 'CANCELLED'))"
                                + " + (select count(*) from evaluation_job where tenant = :id"
                                + " and state in ('QUEUED', 'RUNNING'))",
                        Long.class)
                .setParameter("id", id)
                .getSingleResult();
    }

    /**
     * The tenant, its row locked until the caller's transaction ends: who counts what the tenant has, counts one after the
     * other. Who only refers to the row does not wait.
     */
    @Transactional
    Tenant lock(String id) {
        get(id);
        return read(entities.createNativeQuery(COLUMNS + " where id = :id for no key update", Object[].class)
                        .setParameter("id", id))
                .getFirst();
    }

    private Optional<Tenant> find(String id) {
        return read(entities.createNativeQuery(COLUMNS + " where id = :id", Object[].class)
                        .setParameter("id", id))
                .stream()
                .findFirst();
    }

    private static String checked(String id) {
        if (!Tenant.isId(id)) {
            throw new IllegalArgumentException("'" + id + "' is no tenant's id");
        }
        return id;
    }

    private static List<Tenant> read(Query query) {
        List<?> rows = query.getResultList();
        return rows.stream()
                .map(row -> (Object[]) row)
                .map(row -> new Tenant((String) row[0], (Integer) row[1], (Integer) row[2]))
                .toList();
    }
}
