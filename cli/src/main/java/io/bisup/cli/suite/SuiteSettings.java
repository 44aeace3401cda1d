package io.bisup.cli.suite;

import java.util.Map;

/**
 * What may differ between suites.
 *
 * @param port where api-service answers when the port is free; 0 for any
 * @param properties configuration given to every service, over its defaults
 */
public record SuiteSettings(int port, Map<String, String> properties) {

    public SuiteSettings {
        properties = Map.copyOf(properties);
    }

    /** Port 8080 and the services' defaults. */
    public static SuiteSettings defaults() {
        return new SuiteSettings(8080, Map.of());
    }
}
