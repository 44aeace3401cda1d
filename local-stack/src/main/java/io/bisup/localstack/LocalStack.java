package io.bisup.localstack;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Properties;

/**
 * The three servers the services need, running in this process on one folder. The folder survives restarts and
 * {@code kill -9} with everything that was acknowledged; ports and keys stay the same. Its {@code stack.properties} is a
 * configuration file for the services and exists only while the stack is up.
 */
public final class LocalStack implements AutoCloseable {

    /** Name of the configuration file that the services read. */
    public static final String PROPERTIES_FILE = "stack.properties";

    private final Path folder;
    private final Properties properties = new Properties();
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private @org.jspecify.annotations.Nullable ProcessHandle database;
    private volatile boolean closing;

    private LocalStack(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts the servers and waits until they answer.
     *
     * @param folder where data is kept; made when missing
     * @throws LocalStackException when a server cannot start, or another stack runs on the folder
     */
    public static LocalStack start(Path folder) {
        LocalStack stack = new LocalStack(folder.toAbsolutePath().normalize());
        try {
            stack.open();
            return stack;
        } catch (IOException | RuntimeException e) {
            stack.close();
            throw e instanceof LocalStackException own
                    ? own
                    : new LocalStackException("the local stack on " + folder + " cannot start: " + e.getMessage(), e);
        }
    }

    /** Runs a stack until it is told to stop; see {@link LocalStackMain}. */
    public static void main(String[] arguments) {
        LocalStackMain.run(arguments);
    }

    /** What the services read: data source, bootstrap servers, object store. */
    public Properties properties() {
        Properties copy = new Properties();
        copy.putAll(properties);
        return copy;
    }

    /** The file with {@link #properties()}. */
    public Path propertiesFile() {
        return folder.resolve(PROPERTIES_FILE);
    }

    private void open() throws IOException {
        Files.createDirectories(folder);
        running.push(FolderLock.take(folder));
        Files.deleteIfExists(propertiesFile());
        if (!Identity.known(folder)) {
            wipeHalfMade();
        } else {
            OrphanedPostgres.evict(folder.resolve("postgres"));
        }
        Identity identity = Identity.of(folder);
        PostgresServer postgres = PostgresServer.start(folder, binaries(), identity.postgresPort());
        running.push(postgres);
        database = postgres.process(folder);
        KafkaServer kafka = KafkaServer.start(folder, identity);
        running.push(kafka);
        S3Server s3 = S3Server.start(folder, identity);
        running.push(s3);
        Files.write(folder.resolve("initialized"), new byte[0]);
        describe(postgres, kafka, s3, identity);
    }

    private void describe(PostgresServer postgres, KafkaServer kafka, S3Server s3, Identity identity)
            throws IOException {
        // Above a service's application.properties (250), below environment variables (300).
        properties.setProperty("config_ordinal", "275");
        properties.setProperty("quarkus.datasource.jdbc.url", postgres.jdbcUrl());
        properties.setProperty("quarkus.datasource.username", PostgresServer.USER);
        properties.setProperty("quarkus.datasource.password", PostgresServer.USER);
        properties.setProperty("bisup.kafka.bootstrap-servers", kafka.bootstrapServers());
        properties.setProperty("bisup.objects.endpoint", s3.endpoint().toString());
        properties.setProperty("bisup.objects.access-key", Identity.ACCESS_KEY);
        properties.setProperty("bisup.objects.secret-key", identity.secretKey());
        properties.setProperty("bisup.objects.bucket", S3Server.BUCKET);
        PropertiesFile.write(propertiesFile(), properties, "Local stack, while it is up");
    }

    /** A first start that was killed half-way left nothing worth keeping: no client was ever told that it is up. */
    private void wipeHalfMade() throws IOException {
        OrphanedPostgres.evict(folder.resolve("postgres"));
        for (String part : List.of("postgres", "kafka", "s3")) {
            if (Files.exists(folder.resolve(part))) {
                Files.walkFileTree(folder.resolve(part), new Deletion());
            }
        }
    }

    private static Path binaries() {
        return Path.of(System.getProperty(
                "bisup.postgres.binaries", System.getProperty("user.home") + "/.cache/bisup/postgres"));
    }

    /** Runs {@code action} when PostgreSQL ends by itself. Kafka and S3 are this process. */
    void onDeath(Runnable action) {
        if (database != null) {
            var _ = database.onExit().thenRun(() -> {
                if (!closing) {
                    action.run();
                }
            });
        }
    }

    /** Stops S3, then Kafka, then PostgreSQL; again is a no-op. */
    @Override
    public void close() {
        closing = true;
        try {
            Files.deleteIfExists(propertiesFile());
        } catch (IOException e) {
            System.getLogger(LocalStack.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot delete " + propertiesFile(), e);
        }
        while (!running.isEmpty()) {
            try (AutoCloseable closing = running.pop()) {
                System.getLogger(LocalStack.class.getName()).log(System.Logger.Level.DEBUG, "stopping {0}", closing);
            } catch (Exception e) {
                System.getLogger(LocalStack.class.getName())
                        .log(System.Logger.Level.WARNING, "a server did not stop cleanly", e);
            }
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path dir, @org.jspecify.annotations.Nullable IOException e)
                throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
        }
    }
}
