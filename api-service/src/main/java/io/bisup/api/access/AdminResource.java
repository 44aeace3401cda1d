package io.bisup.api.access;

import io.bisup.api.Bodies;
import io.bisup.api.Listing;
import io.bisup.api.job.Parameters;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Check;
import io.bisup.platform.access.ApiKey;
import io.bisup.platform.access.ApiKeys;
import io.bisup.platform.access.AuditEntry;
import io.bisup.platform.access.AuditLog;
import io.bisup.platform.access.Role;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.access.Tenants;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Keys, tenants and the audit log, for operators. */
@Path("/v1/admin")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RolesAllowed("operator")
@Tag(name = "Operators")
public class AdminResource {

    private static final int MAX_NAME = 128;
    private static final int MAX_PAGE = 1_000;

    private final Bodies bodies;
    private final ApiKeys keys;
    private final Tenants tenants;
    private final AuditLog audit;

    AdminResource(Bodies bodies, ApiKeys keys, Tenants tenants, AuditLog audit) {
        this.bodies = bodies;
        this.keys = keys;
        this.tenants = tenants;
        this.audit = audit;
    }

    /**
     * A key to make.
     *
     * @param tenant whose; made when it is new
     * @param name what its owner calls it
     * @param role submitter unless told
     * @param expiresAt end of its validity, none unless told
     */
    public record KeyRequest(
            String tenant,
            String name,
            @Nullable Role role,
            @Nullable Instant expiresAt) {
        public KeyRequest {
            requireTenant(tenant, "tenant");
            Check.present(name, "name");
            Check.range(name.length(), 1, MAX_NAME, "name");
        }
    }

    /**
     * A fresh key.
     *
     * @param key what a bearer sends; told this once and never again
     */
    public record CreatedKey(String key, ApiKey description) {}

    /** A tenant's limits. */
    public record Limits(int maxLiveJobs, int requestsPerMinute) {
        public Limits {
            Check.range(maxLiveJobs, 0, 1_000_000, "maxLiveJobs");
            Check.range(requestsPerMinute, 1, 10_000_000, "requestsPerMinute");
        }
    }

    @POST
    @Path("keys")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Make a key; its secret is in this answer and nowhere else")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = KeyRequest.class)))
    @APIResponseSchema(value = CreatedKey.class, responseCode = "201")
    public Response create(InputStream body) {
        KeyRequest wanted = bodies.read(body, KeyRequest.class);
        KeyText key = KeyText.random();
        Role role = wanted.role() == null ? Role.SUBMITTER : wanted.role();
        ApiKey made = keys.create(key.id(), wanted.tenant(), wanted.name(), role, key.digest(), wanted.expiresAt());
        return Response.status(201)
                .entity(new CreatedKey(key.text(), made))
                .header("Cache-Control", "no-store")
                .build();
    }

    @GET
    @Path("keys")
    @Operation(summary = "All keys, without their secrets")
    public Listing<ApiKey> keys() {
        return new Listing<>(keys.list());
    }

    @POST
    @Path("keys/{id: [^/:]+}:revoke")
    @Operation(summary = "End a key's validity at once; again is a no-op")
    public ApiKey revoke(@PathParam("id") String id) {
        return keys.revoke(id).orElseThrow(() -> new ProblemException(ProblemKind.NOT_FOUND, "there is no such key"));
    }

    @GET
    @Path("tenants")
    @Operation(summary = "All tenants with their limits")
    public Listing<Tenant> tenants() {
        return new Listing<>(tenants.list());
    }

    @PUT
    @Path("tenants/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Set a tenant's limits; made when it is new")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Limits.class)))
    public Tenant limit(@PathParam("id") String id, InputStream body) {
        Limits limits = bodies.read(body, Limits.class);
        requireTenant(id, "");
        return tenants.put(new Tenant(id, limits.maxLiveJobs(), limits.requestsPerMinute()));
    }

    @GET
    @Path("audit")
    @Operation(summary = "What was done, newest first", description = "before=SEQUENCE asks for what came earlier.")
    public Listing<AuditEntry> audit(
            @QueryParam("before") @Nullable String before, @QueryParam("limit") @Nullable String limit) {
        List<AuditEntry> entries =
                audit.list(Parameters.number("before", before, Long.MAX_VALUE, 1, Long.MAX_VALUE), (int)
                        Parameters.number("limit", limit, 100, 1, MAX_PAGE));
        return new Listing<>(entries);
    }

    private static void requireTenant(@Nullable String id, String field) {
        Check.require(
                id != null && Tenant.isId(id), field, "is no tenant", "use 1 to 63 lower-case letters, digits or '-'");
    }
}
