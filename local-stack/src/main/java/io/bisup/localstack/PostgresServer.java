package io.bisup.localstack;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** PostgreSQL on the loopback interface, durable: fsync is on, unlike the embedding library's default. */
final class PostgresServer implements AutoCloseable {

    static final String USER = "postgres";
    private static final Duration STARTUP_WAIT = Duration.ofSeconds(30);

    private final EmbeddedPostgres server;

    private PostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * @param folder the stack's
     * @param binaries where the server's programs are unpacked, shared by the stacks of one user
     */
    static PostgresServer start(Path folder, Path binaries, int port) throws IOException {
        Path data = folder.resolve("postgres").toAbsolutePath();
        OrphanedPostgres.evict(data);
        Files.createDirectories(binaries);
        ProcessBuilder.Redirect log =
                ProcessBuilder.Redirect.appendTo(folder.resolve("postgres.log").toFile());
        return new PostgresServer(EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(binaries.toFile())
                .setPort(port)
                .setPGStartupWait(STARTUP_WAIT)
                .setRegisterShutdownHook(false)
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("shared_buffers", "32MB")
                .setServerConfig("max_connections", "100")
                .setErrorRedirector(log)
                .setOutputRedirector(log)
                .start());
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }

    /** The server's main process. */
    ProcessHandle process(Path folder) throws IOException {
        String pid =
                Files.readAllLines(folder.resolve("postgres/postmaster.pid")).getFirst();
        return ProcessHandle.of(Long.parseLong(pid.trim()))
                .orElseThrow(() -> new LocalStackException("PostgreSQL ended while it started", null));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
