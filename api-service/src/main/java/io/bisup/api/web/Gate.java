package io.bisup.api.web;

import io.bisup.api.ApiConfig;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request by its head alone, before any part of the service sees it: another host's, a foreign page's, an encoded
 * body, an address that cannot be read. Holds for every path, the dashboard and the health checks included.
 */
@ApplicationScoped
class Gate {

    /** Before authentication and every route. */
    private static final int FIRST = 10_000;

    private final boolean local;
    private final Addresses addresses;

    Gate(ApiConfig config) {
        this.local = config.local();
        this.addresses = new Addresses(config);
    }

    void register(@Observes Filters filters) {
        filters.register(this::pass, FIRST);
    }

    private void pass(RoutingContext context) {
        try {
            check(context.request());
        } catch (ProblemException e) {
            RawProblems.send(context, e);
            return;
        }
        context.next();
    }

    private void check(HttpServerRequest request) {
        requireReadable(request.uri());
        requireHost(request);
        requireOrigin(request);
        requirePlainBody(request);
    }

    private void requireHost(HttpServerRequest request) {
        if (!local && String.valueOf(request.path()).startsWith("/q/health")) {
            return; // a cluster's probes name the address of the container
        }
        HostAndPort asked = request.authority();
        if (request.headers().getAll("Host").size() > 1 || !addresses.serves(asked == null ? null : asked.host())) {
            throw new ProblemException(
                    ProblemKind.HOST_NOT_ALLOWED,
                    "this service does not answer under the Host that the request names; use localhost in the local "
                            + "profile, or add the name to bisup.api.hosts");
        }
    }

    /** Browsers send Origin with whatever a page sends that may change something; Sec-Fetch-Site says it of the rest. */
    private void requireOrigin(HttpServerRequest request) {
        String authority = String.valueOf(request.getHeader("Host"));
        String site = request.getHeader("Sec-Fetch-Site");
        boolean foreign = "cross-site".equals(site) && !isPage(request);
        if (!addresses.trusts(request.getHeader("Origin"), authority)
                || (foreign && request.getHeader("Origin") == null)) {
            throw new ProblemException(
                    ProblemKind.ORIGIN_NOT_ALLOWED,
                    "a page of another site may not call this service; add its origin to bisup.api.origins if it is yours");
        }
    }

    /** A link on another site may lead to the dashboard. */
    private static boolean isPage(HttpServerRequest request) {
        return request.method().name().equals("GET") && "navigate".equals(request.getHeader("Sec-Fetch-Mode"));
    }

    private static void requirePlainBody(HttpServerRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.strip().toLowerCase(Locale.ROOT).equals("identity")) {
            throw new ProblemException(
                    ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                    "bodies are read as they are sent; send it without Content-Encoding");
        }
    }

    /** The address is a URI and holds no NUL, encoded or not. */
    private static void requireReadable(@Nullable String uri) {
        try {
            if (uri == null
                    || URLDecoder.decode(new URI(uri).toString(), StandardCharsets.UTF_8)
                                    .indexOf('\0')
                            >= 0) {
                throw unreadable();
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw unreadable();
        }
    }

    private static ProblemException unreadable() {
        return new ProblemException(
                ProblemKind.BAD_REQUEST, "the address is no URI, or holds NUL; encode it as RFC 3986 says");
    }
}
