package io.bisup.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Beans of classes that do not depend on CDI. */
final class Wiring {

    /** Bodies and answers are read and written by the contract's strict mapper. */
    @Produces
    @Singleton
    ObjectMapper mapper() {
        return Json.mapper();
    }

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    Presets presets() {
        return Presets.load();
    }
}
