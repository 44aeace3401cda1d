package io.bisup.worker.job;

import io.bisup.localstack.LocalStackProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** Real servers for the tests of the worker, in a process that ends with the test run. */
public final class LocalStackResource implements QuarkusTestResourceLifecycleManager {

    private LocalStackProcess stack;

    @Override
    public Map<String, String> start() {
        try {
            stack = LocalStackProcess.start(Files.createTempDirectory(Path.of("target"), "stack"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return stack.properties().entrySet().stream()
                .collect(Collectors.toMap(e -> (String) e.getKey(), e -> (String) e.getValue()));
    }

    @Override
    public void stop() {
        if (stack != null) {
            stack.close();
        }
    }
}
