package io.bisup.localstack;

import io.minio.GetObjectArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** One client of each server: writes a number everywhere, and reads what is there. */
final class Clients implements AutoCloseable {

    private static final String TOPIC = "numbers";

    private final Map<String, Object> kafka;
    private final String bucket;
    private final Connection postgres;
    private final KafkaProducer<String, String> producer;
    private final MinioClient s3;

    Clients(Properties properties) throws SQLException {
        postgres = DriverManager.getConnection(
                properties.getProperty("quarkus.datasource.jdbc.url"),
                properties.getProperty("quarkus.datasource.username"),
                properties.getProperty("quarkus.datasource.password"));
        kafka = Map.of(
                "bootstrap.servers",
                properties.getProperty("bisup.kafka.bootstrap-servers"),
                "acks",
                "all",
                "delivery.timeout.ms",
                10_000,
                "request.timeout.ms",
                5_000,
                "max.block.ms",
                10_000);
        producer = new KafkaProducer<>(kafka, new StringSerializer(), new StringSerializer());
        bucket = properties.getProperty("bisup.objects.bucket");
        s3 = MinioClient.builder()
                .endpoint(properties.getProperty("bisup.objects.endpoint"))
                .credentials(
                        properties.getProperty("bisup.objects.access-key"),
                        properties.getProperty("bisup.objects.secret-key"))
                .region("us-east-1")
                .build();
    }

    void prepare() throws Exception {
        try (Statement statement = postgres.createStatement();
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.get("bootstrap.servers")))) {
            statement.execute("create table number (n integer primary key)");
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        }
    }

    /** Returns when all three have acknowledged. */
    void write(int n) throws Exception {
        try (Statement statement = postgres.createStatement()) {
            statement.execute("insert into number values (" + n + ")");
        }
        producer.send(new ProducerRecord<>(TOPIC, String.valueOf(n))).get(20, TimeUnit.SECONDS);
        byte[] bytes = String.valueOf(n).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        s3.putObject(PutObjectArgs.builder()
                .bucket(bucket)
                .object("number/" + n)
                .data(bytes, bytes.length)
                .build());
    }

    Set<String> rows() throws SQLException {
        Set<String> found = new HashSet<>();
        try (Statement statement = postgres.createStatement();
                ResultSet rows = statement.executeQuery("select n from number")) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    Set<String> records() {
        Map<String, Object> config = Map.of("bootstrap.servers", kafka.get("bootstrap.servers"));
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition), Duration.ofSeconds(60))
                    .get(partition);
            Set<String> found = new HashSet<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(r -> found.add(r.value()));
            }
            return found;
        }
    }

    /** The object's content, or nothing. */
    String object(String key) throws MinioException, java.io.IOException {
        GetObjectArgs request =
                GetObjectArgs.builder().bucket(bucket).object(key).build();
        try (var in = s3.getObject(request)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (ErrorResponseException e) {
            return "";
        }
    }

    @Override
    public void close() throws Exception {
        producer.close(Duration.ZERO);
        postgres.close();
        s3.close();
    }
}
