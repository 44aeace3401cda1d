package io.bisup.api.access;

import io.bisup.api.ApiConfig;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads {@code Authorization: Bearer}: our keys; other tokens are left to the OIDC mechanism where it is on. */
@ApplicationScoped
class ApiKeyMechanism implements HttpAuthenticationMechanism {

    private static final String SCHEME = "bearer ";
    private static final int BEFORE_OIDC = 3_000;

    private final boolean oidc;

    ApiKeyMechanism(ApiConfig config) {
        this.oidc = config.oidc();
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager providers) {
        List<String> headers = context.request().headers().getAll("Authorization");
        if (headers.isEmpty()) {
            return Uni.createFrom().nullItem();
        }
        String header = headers.getFirst();
        boolean bearer = header.toLowerCase(Locale.ROOT).startsWith(SCHEME);
        Optional<KeyText> key =
                bearer ? KeyText.parse(header.substring(SCHEME.length()).strip()) : Optional.empty();
        if (headers.size() > 1 || (key.isEmpty() && !(oidc && bearer))) {
            return Uni.createFrom().failure(new AuthenticationFailedException("no key"));
        }
        return key.isPresent()
                ? providers.authenticate(new ApiKeyRequest(key.get()))
                : Uni.createFrom().nullItem();
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of(ApiKeyRequest.class);
    }

    @Override
    public int getPriority() {
        return BEFORE_OIDC;
    }
}
