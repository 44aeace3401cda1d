package io.bisup.api.problem;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Problem.FieldError;
import io.bisup.platform.access.QuotaExceededException;
import io.bisup.platform.job.IdempotencyConflictException;
import io.bisup.platform.job.IllegalTransitionException;
import io.bisup.platform.job.JobNotFoundException;
import io.bisup.platform.job.StaleVersionException;
import io.bisup.platform.outage.Outages;
import io.bisup.platform.outage.Store;
import io.bisup.platform.registry.NameTakenException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every exception that leaves a resource into a problem document; no stack trace and no class name leaves. */
public final class ProblemMappers {

    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    @ServerExceptionMapper
    Response problem(ProblemException e, UriInfo uri) {
        Response response = ProblemResponses.of(e.kind(), message(e), e.errors(), uri.getPath());
        Duration wait = e.retryAfter();
        return wait == null
                ? response
                : Response.fromResponse(response)
                        .header("Retry-After", null)
                        .header("Retry-After", wait.toSeconds() + 1)
                        .build();
    }

    @ServerExceptionMapper
    Response invalidSpec(InvalidSpecException e, UriInfo uri) {
        String pointer = e.field().isEmpty() || e.field().startsWith("/") ? e.field() : "/" + e.field();
        return problem(ProblemException.at(ProblemKind.INVALID_SPEC, pointer, e.reason(), e.remedy()), uri);
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    Response unauthenticated(SecurityException e, UriInfo uri) {
        if (Outages.causedBy(e)) {
            return unavailable(e, uri);
        }
        Response response = ProblemResponses.of(
                ProblemKind.UNAUTHENTICATED,
                StandardErrors.detail(ProblemKind.UNAUTHENTICATED),
                List.of(),
                uri.getPath());
        return Response.fromResponse(response)
                .header("WWW-Authenticate", "Bearer")
                .build();
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException e, UriInfo uri) {
        return ProblemResponses.of(
                ProblemKind.FORBIDDEN, StandardErrors.detail(ProblemKind.FORBIDDEN), List.of(), uri.getPath());
    }

    @ServerExceptionMapper
    Response quota(QuotaExceededException e, UriInfo uri) {
        return ProblemResponses.of(ProblemKind.QUOTA_EXCEEDED, message(e), List.of(), uri.getPath());
    }

    @ServerExceptionMapper
    Response keyReused(IdempotencyConflictException e, UriInfo uri) {
        return ProblemResponses.of(ProblemKind.IDEMPOTENCY_KEY_REUSED, message(e), List.of(), uri.getPath());
    }

    @ServerExceptionMapper
    Response notFound(JobNotFoundException e, UriInfo uri) {
        return ProblemResponses.of(ProblemKind.NOT_FOUND, message(e), List.of(), uri.getPath());
    }

    @ServerExceptionMapper
    Response illegalTransition(IllegalTransitionException e, UriInfo uri) {
        return ProblemResponses.of(ProblemKind.ILLEGAL_TRANSITION, message(e), List.of(), uri.getPath());
    }

    @ServerExceptionMapper
    Response staleVersion(StaleVersionException e, UriInfo uri) {
        return ProblemResponses.of(ProblemKind.STALE_VERSION, message(e), List.of(), uri.getPath());
    }

    @ServerExceptionMapper
    Response nameTaken(NameTakenException e, UriInfo uri) {
        FieldError error = new FieldError("/" + e.field(), e.reason(), e.remedy());
        return ProblemResponses.of(ProblemKind.NAME_TAKEN, message(e), List.of(error), uri.getPath());
    }

    @ServerExceptionMapper
    Response failure(FailureException e, UriInfo uri) {
        return e.code() == FailureCode.STORE_UNAVAILABLE ? unavailable(e, uri) : anything(e, uri);
    }

    @ServerExceptionMapper
    Response standard(WebApplicationException e, UriInfo uri) {
        int status = e.getResponse().getStatus();
        if (status < 400) {
            return e.getResponse();
        }
        ProblemKind kind = StandardErrors.kind(status);
        return kind == ProblemKind.INTERNAL
                ? internal(e, uri)
                : ProblemResponses.of(kind, StandardErrors.detail(kind), List.of(), uri.getPath());
    }

    @ServerExceptionMapper
    Response anything(Throwable e, UriInfo uri) {
        return Outages.causedBy(e) ? unavailable(e, uri) : internal(e, uri);
    }

    private static Response unavailable(Throwable e, UriInfo uri) {
        String store = Outages.of(e).map(Store::title).orElse("a store");
        LOG.warnf("%s: not answering: %s: %s", uri.getPath(), store, e.toString());
        return ProblemResponses.of(
                ProblemKind.STORE_UNAVAILABLE,
                "not answering at the moment: " + store + "; try the same request again",
                List.of(),
                uri.getPath());
    }

    private static Response internal(Throwable e, UriInfo uri) {
        String incident = UUID.randomUUID().toString();
        LOG.errorf(e, "incident %s at %s", incident, uri.getPath());
        return ProblemResponses.of(
                ProblemKind.INTERNAL,
                "the service failed; its log tells why under incident " + incident,
                List.of(),
                uri.getPath());
    }

    private static String message(Throwable e) {
        return String.valueOf(e.getMessage());
    }
}
