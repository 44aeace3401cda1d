package io.bisup.api.access;

import io.bisup.platform.access.AuditLog;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Writes down what changes something, what hands out an artifact, and what was refused for the caller's role. */
@ApplicationScoped
class Audit {

    private static final Logger LOG = Logger.getLogger("io.bisup.audit");
    private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");
    private static final int MAX_ACTION = 512;

    private final AuditLog log;
    private final CurrentIdentityAssociation identities;

    Audit(AuditLog log, CurrentIdentityAssociation identities) {
        this.log = log;
        this.identities = identities;
    }

    @ServerResponseFilter
    public void write(
            ContainerRequestContext request, ContainerResponseContext response, UriInfo uri, HttpServerRequest http) {
        int status = response.getStatus();
        boolean handsOut = uri.getPath().startsWith("/v1/artifacts/") && status == 307;
        if (READS.contains(request.getMethod()) && !handsOut && status != 403) {
            return;
        }
        String action = request.getMethod() + " " + uri.getPath();
        SocketAddress remote = http.remoteAddress();
        String address = remote == null ? "" : String.valueOf(remote.hostAddress());
        identities
                .getDeferredIdentity()
                .subscribe()
                .with(
                        identity -> {
                            // Where nobody is asked who he is, there is nobody to write down.
                            if (Caller.isKnown(identity) && Caller.of(identity).limited()) {
                                write(Caller.of(identity), action, status, address);
                            }
                        },
                        e -> LOG.infof("%s from %s refused: nobody known", shortened(action), address));
    }

    /** The answer does not wait for the row; where the database is away the row is lost, and only the line in the log remains. */
    private void write(Caller caller, String action, int status, String address) {
        LOG.infof("%s/%s %s %d from %s", caller.tenant(), caller.name(), shortened(action), status, address);
        Thread.ofVirtual().name("audit").start(() -> {
            try {
                log.add(caller.tenant(), caller.name(), shortened(action), status, address);
            } catch (RuntimeException e) {
                LOG.warnf("an entry could not be stored: %s", e.getMessage());
            }
        });
    }

    private static String shortened(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() > MAX_ACTION ? plain.substring(0, MAX_ACTION) : plain;
    }
}
