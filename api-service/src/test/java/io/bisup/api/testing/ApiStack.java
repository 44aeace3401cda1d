package io.bisup.api.testing;

import io.bisup.platform.testing.LocalStackResource;
import java.nio.file.Path;
import java.util.Map;

/** Real servers, and limits that a test reaches. */
public final class ApiStack extends LocalStackResource {

    /** The one bucket that models may be imported from. */
    public static final String IMPORT_BUCKET = "models-of-others";

    @Override
    protected Map<String, String> settings(Path folder) {
        return Map.of(
                "bisup.local", "true",
                "bisup.api.import-buckets", IMPORT_BUCKET,
                "bisup.api.max-dataset-bytes", "1000000",
                "bisup.api.trial-processor-time", "6s",
                "bisup.api.trial-wait", "1m",
                "bisup.api.trial-time", "1m",
                "bisup.api.event-heartbeat", "0.2S");
    }
}
