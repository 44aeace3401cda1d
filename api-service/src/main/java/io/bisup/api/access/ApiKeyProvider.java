package io.bisup.api.access;

import io.bisup.platform.access.ApiKey;
import io.bisup.platform.access.ApiKeys;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Knows a key by the digest of its secret; each request asks the database, so that a revocation holds at once. */
@ApplicationScoped
class ApiKeyProvider implements IdentityProvider<ApiKeyRequest> {

    private final ApiKeys keys;

    ApiKeyProvider(ApiKeys keys) {
        this.keys = keys;
    }

    @Override
    public Class<ApiKeyRequest> getRequestType() {
        return ApiKeyRequest.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(ApiKeyRequest request, AuthenticationRequestContext context) {
        return context.runBlocking(
                () -> keys.authenticate(request.key().id(), request.key().digest())
                        .map(ApiKeyProvider::caller)
                        .map(Caller::identity)
                        .orElseThrow(() -> new AuthenticationFailedException("unknown, expired or revoked key")));
    }

    private static Caller caller(ApiKey key) {
        return new Caller(key.tenant(), key.name(), key.role().included(), true);
    }
}
