package io.bisup.platform.dispatch;

import io.bisup.contract.Doorbell;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Makes the topics when they are missing. A doorbell has one partition: its share group then hands every waiting ring to
 * whoever is idle, also while another member is busy or dead.
 */
final class Topics {

    private static final int TIMEOUT_MILLIS = 5_000;

    private Topics() {}

    /** Name of the share group of a doorbell's listeners. */
    static String group(String topic) {
        return topic + "-workers";
    }

    static void ensure(KafkaSettings settings) throws InterruptedException, ExecutionException {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                settings.bootstrapServers(),
                "request.timeout.ms",
                TIMEOUT_MILLIS,
                "default.api.timeout.ms",
                TIMEOUT_MILLIS);
        try (Admin admin = Admin.create(config)) {
            for (String topic : List.of(
                    Doorbell.QUANTIZATION_JOBS, Doorbell.EVALUATION_JOBS, Doorbell.JOB_EVENTS, DeadLetters.TOPIC)) {
                create(admin, topic, settings.replication());
            }
            for (String doorbell : List.of(Doorbell.QUANTIZATION_JOBS, Doorbell.EVALUATION_JOBS)) {
                startFromEarliest(admin, group(doorbell));
            }
        }
    }

    private static void create(Admin admin, String topic, short replication)
            throws InterruptedException, ExecutionException {
        try {
            admin.createTopics(List.of(new NewTopic(topic, 1, replication)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    /** A group that is new must not miss what was rung before it came. */
    private static void startFromEarliest(Admin admin, String group) throws InterruptedException, ExecutionException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        AlterConfigOp earliest =
                new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
        try {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(earliest)))
                    .all()
                    .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new ExecutionException("Kafka does not answer", e);
        }
    }
}
