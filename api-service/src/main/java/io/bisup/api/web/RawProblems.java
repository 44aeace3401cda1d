package io.bisup.api.web;

import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.api.problem.ProblemResponses;
import io.bisup.api.problem.StandardErrors;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import org.jboss.logging.Logger;

/** Problem documents where no resource is reached: the gate's refusals and what the HTTP server refuses by itself. */
@ApplicationScoped
class RawProblems {

    private static final Logger LOG = Logger.getLogger(RawProblems.class);

    /** Before the framework's own error page, which names exceptions. */
    private static final int FIRST = -20_000;

    private static final List<Integer> STATUSES = List.of(400, 404, 405, 406, 413, 415, 500);

    void register(@Observes Router router) {
        router.route()
                .order(FIRST)
                .failureHandler(context -> failed(context, context.statusCode() < 400 ? 500 : context.statusCode()));
        // Where no route is reached, as with an address that cannot be taken apart.
        STATUSES.forEach(status -> router.errorHandler(status, context -> failed(context, status)));
    }

    private static void failed(RoutingContext context, int status) {
        ProblemKind kind = StandardErrors.kind(status);
        if (kind == ProblemKind.INTERNAL) {
            LOG.errorf(context.failure(), "failed at %s", context.request().path());
        }
        send(context, new ProblemException(kind, StandardErrors.detail(kind)));
    }

    /** Answers and, as a body may still be coming that nobody reads, ends the connection. */
    static void send(RoutingContext context, ProblemException problem) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        String path = context.request().path();
        response.setStatusCode(problem.kind().status())
                .putHeader("Content-Type", ProblemResponses.MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Connection", "close")
                .end(ProblemResponses.document(
                        problem.kind(),
                        String.valueOf(problem.getMessage()),
                        problem.errors(),
                        path == null ? "" : path));
    }
}
