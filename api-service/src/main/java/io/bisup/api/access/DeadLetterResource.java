package io.bisup.api.access;

import io.bisup.api.Listing;
import io.bisup.api.job.Parameters;
import io.bisup.platform.dispatch.DeadLetter;
import io.bisup.platform.dispatch.DeadLetters;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Records of the doorbells' topics that name no work, kept for operators. */
@Path("/v1/admin/dead-letters")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RolesAllowed("operator")
@Tag(name = "Operators")
public class DeadLetterResource {

    private static final int MAX_PAGE = 1_000;

    private final DeadLetters letters;

    DeadLetterResource(DeadLetters letters) {
        this.letters = letters;
    }

    @GET
    @Operation(summary = "The newest dead letters, oldest first")
    public Listing<DeadLetter> newest(@QueryParam("limit") @Nullable String limit) {
        return new Listing<>(letters.newest((int) Parameters.number("limit", limit, 100, 1, MAX_PAGE)));
    }
}
