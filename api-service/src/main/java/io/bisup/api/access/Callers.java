package io.bisup.api.access;

import io.quarkus.security.identity.CurrentIdentityAssociation;
import jakarta.enterprise.context.ApplicationScoped;

/** The caller of the request in hand. */
@ApplicationScoped
public class Callers {

    private final CurrentIdentityAssociation identities;

    Callers(CurrentIdentityAssociation identities) {
        this.identities = identities;
    }

    /** @throws io.quarkus.security.UnauthorizedException when the request names nobody */
    public Caller current() {
        return Caller.of(identities.getIdentity());
    }

    public String tenant() {
        return current().tenant();
    }
}
