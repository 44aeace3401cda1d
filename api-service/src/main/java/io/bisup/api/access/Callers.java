package io.bisup.api.access;

import io.bisup.api.ApiConfig;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import jakarta.enterprise.context.ApplicationScoped;

/** The caller of the request in hand. */
@ApplicationScoped
public class Callers {

    private final CurrentIdentityAssociation identities;

    Callers(CurrentIdentityAssociation identities) {
        this.identities = identities;
    }

    /** Whether a request must name its caller by a key or token; where not, one that names none is the local user's. */
    public static boolean areAsked(ApiConfig config) {
        return config.keysRequired().orElse(!config.local());
    }

    /**
     * Who sent the current request.
     *
     * @throws io.quarkus.security.UnauthorizedException when the request names nobody
     */
    public Caller current() {
        return Caller.of(identities.getIdentity());
    }

    public String tenant() {
        return current().tenant();
    }
}
