package io.bisup.eval.job;

import io.bisup.platform.testing.LocalStackResource;
import java.nio.file.Path;
import java.util.Map;

/** Real servers; the outbox, which api-service relays in production, is relayed by the service under test. */
public final class EvalStack extends LocalStackResource {

    @Override
    protected Map<String, String> settings(Path folder) {
        return Map.of("bisup.work.dir", folder.resolve("work").toString(), "bisup.housekeeping.enabled", "true");
    }
}
