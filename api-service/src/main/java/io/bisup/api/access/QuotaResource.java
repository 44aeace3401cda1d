package io.bisup.api.access;

import io.bisup.platform.access.Role;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.access.Tenants;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The caller's tenant and its limits. */
@Path("/v1/quotas")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Platform")
public class QuotaResource {

    private final Callers callers;
    private final Tenants tenants;

    QuotaResource(Callers callers, Tenants tenants) {
        this.callers = callers;
        this.tenants = tenants;
    }

    /**
     * The caller's tenant, its limits and what is used of them.
     *
     * @param caller name of the key, or subject of the token
     * @param liveJobs unfinished jobs now, evaluation jobs of their own among them
     */
    public record Quotas(
            String tenant, String caller, List<Role> roles, long liveJobs, int maxLiveJobs, int requestsPerMinute) {}

    @GET
    @Operation(summary = "The caller's tenant, roles, limits and what is used of them")
    public Quotas quotas() {
        Caller caller = callers.current();
        Tenant tenant = tenants.get(caller.tenant());
        return new Quotas(
                tenant.id(),
                caller.name(),
                caller.roles().stream().sorted().toList(),
                tenants.liveJobs(tenant.id()),
                tenant.maxLiveJobs(),
                tenant.requestsPerMinute());
    }
}
