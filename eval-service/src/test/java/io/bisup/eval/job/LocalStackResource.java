package io.bisup.eval.job;

import io.bisup.localstack.LocalStackProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Real servers for the tests of this module, in a process that ends with the test run. */
public final class LocalStackResource implements QuarkusTestResourceLifecycleManager {

    private LocalStackProcess stack;

    @Override
    public Map<String, String> start() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "stack");
            stack = LocalStackProcess.start(folder);
            Map<String, String> settings = new HashMap<>();
            stack.properties().forEach((key, value) -> settings.put((String) key, (String) value));
            settings.put("bisup.work.dir", folder.resolve("work").toString());
            // The outbox is relayed by api-service; here, this service does it itself.
            settings.put("bisup.housekeeping.enabled", "true");
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (stack != null) {
            stack.close();
        }
    }
}
