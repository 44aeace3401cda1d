package io.bisup.api.access;

import io.bisup.api.ApiConfig;
import io.bisup.platform.access.ApiKeys;
import io.bisup.platform.access.Role;
import io.bisup.platform.access.Tenant;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Stores the operator's key that the configuration names, with which the others are made. */
@ApplicationScoped
class FirstKey {

    private final ApiConfig config;
    private final ApiKeys keys;

    FirstKey(ApiConfig config, ApiKeys keys) {
        this.config = config;
        this.keys = keys;
    }

    void store(@Observes StartupEvent event) {
        config.operatorKey().filter(text -> !text.isBlank()).ifPresent(text -> {
            KeyText key = KeyText.parse(text.strip())
                    .orElseThrow(() -> new IllegalStateException("bisup.api.operator-key is no key: write bisup_, 16 "
                            + "hexadecimal digits, '_' and 43 letters, digits, '-' or '_'"));
            keys.create(key.id(), Tenant.DEFAULT, "operator-key", Role.OPERATOR, key.digest(), null);
        });
    }
}
