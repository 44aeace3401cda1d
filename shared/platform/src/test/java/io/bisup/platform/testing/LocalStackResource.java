package io.bisup.platform.testing;

import io.bisup.localstack.LocalStackProcess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Real servers for a module's tests, in a process that ends with them; a test may end it earlier to see an outage. */
public class LocalStackResource implements QuarkusTestResourceLifecycleManager {

    private LocalStackProcess stack;

    @Override
    public final Map<String, String> start() {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "stack");
            stack = LocalStackProcess.start(folder);
            Map<String, String> settings = new HashMap<>(settings(folder));
            stack.properties().forEach((key, value) -> settings.put((String) key, (String) value));
            settings.remove("config_ordinal");
            adjust(settings);
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a module's tests set besides the addresses of the servers.
     *
     * @param folder for files, new with each start
     */
    protected Map<String, String> settings(Path folder) {
        return Map.of();
    }

    /** Changes the addresses of the servers, as to put gates before them. */
    protected void adjust(Map<String, String> settings) {}

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
