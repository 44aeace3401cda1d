package io.bisup.api.web;

import io.bisup.api.ApiConfig;
import io.bisup.api.access.Callers;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The local profile reads files of this machine, so it serves this machine only. */
@ApplicationScoped
class LocalProfile {

    private final ApiConfig config;
    private final String host;

    LocalProfile(ApiConfig config, @ConfigProperty(name = "quarkus.http.host") String host) {
        this.config = config;
        this.host = host;
    }

    void check(@Observes StartupEvent event) throws UnknownHostException {
        if (config.local() && !InetAddress.getByName(host).isLoopbackAddress()) {
            throw new IllegalStateException("bisup.local=true lets clients read this machine's files, but "
                    + "quarkus.http.host=" + host + " is no loopback address: use 127.0.0.1, or leave bisup.local out");
        }
        if (!Callers.areAsked(config) && !InetAddress.getByName(host).isLoopbackAddress()) {
            throw new IllegalStateException("bisup.api.keys-required=false lets everybody do everything, but "
                    + "quarkus.http.host=" + host + " is no loopback address: leave the key out, or use 127.0.0.1");
        }
    }
}
