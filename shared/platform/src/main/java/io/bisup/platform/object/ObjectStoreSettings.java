package io.bisup.platform.object;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where the object store is. */
@ConfigMapping(prefix = "bisup.objects")
public interface ObjectStoreSettings {

    /** URL of an S3 server. */
    @WithDefault("http://127.0.0.1:9000")
    String endpoint();

    /** Its access key. */
    @WithDefault("bisup")
    String accessKey();

    /** Its secret key. */
    @WithDefault("bisup")
    String secretKey();

    /** The bucket that holds everything; made when missing. */
    @WithDefault("bisup")
    String bucket();

    /** The bucket's region. */
    @WithDefault("us-east-1")
    String region();

    /** How long the server may take to send or take the next bytes. */
    @WithDefault("30S")
    Duration timeout();
}
