package io.bisup.api.access;

import io.quarkus.security.identity.request.BaseAuthenticationRequest;

/** The API key of a request that is to be authenticated. */
final class ApiKeyRequest extends BaseAuthenticationRequest {

    private final KeyText key;

    ApiKeyRequest(KeyText key) {
        this.key = key;
    }

    KeyText key() {
        return key;
    }
}
