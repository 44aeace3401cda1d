package io.bisup.api.access;

import io.quarkus.security.identity.request.BaseAuthenticationRequest;

/** A key that asks to be known. */
final class ApiKeyRequest extends BaseAuthenticationRequest {

    private final KeyText key;

    ApiKeyRequest(KeyText key) {
        this.key = key;
    }

    KeyText key() {
        return key;
    }
}
