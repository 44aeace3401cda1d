package io.bisup.platform.access;

import java.util.List;

/** Tenants and their limits. */
public interface Tenants {

    /** The tenant; made with the usual limits when it is new. */
    Tenant get(String id);

    /** Replaces a tenant's limits; made when it is new. */
    Tenant put(Tenant tenant);

    /** All tenants, sorted by id. */
    List<Tenant> list();

    /** How many of the tenant's jobs and evaluation jobs of their own are unfinished. */
    long liveJobs(String id);
}
