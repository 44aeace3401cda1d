package io.bisup.api.access;

import io.bisup.api.ApiConfig;
import io.bisup.platform.access.Role;
import io.bisup.platform.access.Tenant;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Turns other identities into callers: an anonymous request where no key is required, and the subject of an OIDC token. */
@ApplicationScoped
class Identities implements SecurityIdentityAugmentor {

    private final ApiConfig config;

    Identities(ApiConfig config) {
        this.config = config;
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        if (Caller.isKnown(identity) || (identity.isAnonymous() && Callers.areAsked(config))) {
            return Uni.createFrom().item(identity);
        }
        if (identity.isAnonymous()) {
            return Uni.createFrom().item(Caller.LOCAL.identity());
        }
        return Uni.createFrom().item(() -> ofToken(identity).identity());
    }

    private Caller ofToken(SecurityIdentity identity) {
        if (!(identity.getPrincipal() instanceof JsonWebToken token)) {
            throw new AuthenticationFailedException("no token");
        }
        Object tenant = token.getClaim(config.tenantClaim());
        Set<Role> roles = Caller.roles(identity.getRoles());
        if (tenant == null || !Tenant.isId(tenant.toString()) || token.getSubject() == null) {
            throw new AuthenticationFailedException("the token names no tenant or no subject");
        }
        return new Caller(tenant.toString(), token.getSubject(), roles, true);
    }
}
