package io.bisup.platform.dispatch;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where Kafka is and how it is used. */
@ConfigMapping(prefix = "bisup.kafka")
public interface KafkaSettings {

    /** Brokers, as host:port, comma-separated. */
    @WithDefault("127.0.0.1:9092")
    String bootstrapServers();

    /** Copies of each topic that is created here. */
    @WithDefault("1")
    short replication();

    /** How often the outbox is looked into. */
    @WithDefault("0.2S")
    Duration relayInterval();

    /** How long Kafka may take to acknowledge a batch. */
    @WithDefault("10S")
    Duration relayTimeout();

    /** A listener that hears nothing looks into the database so often. */
    @WithDefault("5S")
    Duration lookInterval();

    /** A job must have waited so long without an answer before a listener takes it without a bell. */
    @WithDefault("10S")
    Duration lookWaited();
}
