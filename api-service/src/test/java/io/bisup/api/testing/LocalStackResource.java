package io.bisup.api.testing;

import io.bisup.localstack.LocalStackProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Real servers for the tests, in a process that ends with them; a test may end it earlier to see an outage. */
public final class LocalStackResource implements QuarkusTestResourceLifecycleManager {

    private LocalStackProcess stack;

    @Override
    public Map<String, String> start() {
        try {
            stack = LocalStackProcess.start(Files.createTempDirectory(Path.of("target"), "stack"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> settings = new HashMap<>(Map.of(
                "bisup.local", "true",
                "bisup.api.max-dataset-bytes", "1000000",
                "bisup.api.event-heartbeat", "0.2S"));
        stack.properties().forEach((key, value) -> settings.put((String) key, (String) value));
        settings.remove("config_ordinal");
        return settings;
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(stack, new TestInjector.MatchesType(LocalStackProcess.class));
    }

    @Override
    public void stop() {
        if (stack != null) {
            stack.close();
        }
    }
}
