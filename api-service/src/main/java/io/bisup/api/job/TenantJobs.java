package io.bisup.api.job;

import io.bisup.api.access.Callers;
import io.bisup.platform.job.JobNotFoundException;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import jakarta.enterprise.context.ApplicationScoped;

/** The jobs of the caller's tenant: another's are not there. */
@ApplicationScoped
public class TenantJobs {

    private final JobStore jobs;
    private final Callers callers;

    TenantJobs(JobStore jobs, Callers callers) {
        this.jobs = jobs;
        this.callers = callers;
    }

    /**
     * A job of the caller's tenant.
     *
     * @throws JobNotFoundException when the caller's tenant has no such job
     */
    public JobRecord get(String id) {
        String tenant = callers.tenant();
        return jobs.find(Ids.job(id))
                .filter(job -> job.tenant().equals(tenant))
                .orElseThrow(() -> new JobNotFoundException(id));
    }

    /** The id of a job that the caller's tenant has; throws as {@link #get}. */
    public String own(String id) {
        return get(id).id();
    }
}
