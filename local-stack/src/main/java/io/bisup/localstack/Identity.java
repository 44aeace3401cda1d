package io.bisup.localstack;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.common.Uuid;

/**
 * What stays the same over restarts of one folder: ports, the Kafka cluster's id, the S3 keys. Clients that were configured
 * once find the servers again.
 */
record Identity(int postgresPort, int kafkaPort, int controllerPort, int s3Port, String clusterId, String secretKey) {

    static final String ACCESS_KEY = "bisup-local";
    private static final String FILE = "identity.properties";
    // Below the ports that systems lend to connections: a server that is away for a moment finds its port free again.
    private static final int FIRST_PORT = 10_000;
    private static final int LAST_PORT = 32_000;
    private static final int TRIES = 1000;

    /** Reads the folder's identity, or makes one; a port that someone else has taken meanwhile is chosen anew. */
    static Identity of(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        Properties kept = PropertiesFile.read(file);
        List<Integer> ports = ports(kept);
        Identity identity = new Identity(
                ports.get(0),
                ports.get(1),
                ports.get(2),
                ports.get(3),
                kept.getProperty("kafka.cluster-id", Uuid.randomUuid().toString()),
                kept.getProperty("s3.secret-key", secret()));
        identity.keep(file);
        return identity;
    }

    /** Whether the servers of this folder have been up once: before that, half-made data is worthless. */
    static boolean known(Path folder) {
        return Files.exists(folder.resolve(FILE)) && Files.exists(folder.resolve("initialized"));
    }

    private void keep(Path file) throws IOException {
        Properties out = new Properties();
        out.setProperty("postgres.port", String.valueOf(postgresPort));
        out.setProperty("kafka.port", String.valueOf(kafkaPort));
        out.setProperty("kafka.controller.port", String.valueOf(controllerPort));
        out.setProperty("s3.port", String.valueOf(s3Port));
        out.setProperty("kafka.cluster-id", clusterId);
        out.setProperty("s3.secret-key", secretKey);
        PropertiesFile.write(file, out, "Identity of this local stack; keep it");
    }

    private static List<Integer> ports(Properties kept) throws IOException {
        List<Integer> ports = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (String key : List.of("postgres.port", "kafka.port", "kafka.controller.port", "s3.port")) {
                ServerSocket socket = bind(Integer.parseInt(kept.getProperty(key, "0")));
                held.add(socket);
                ports.add(socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return ports;
    }

    /** Holds the preferred port, or another where there is none or somebody has it. */
    private static ServerSocket bind(int preferred) throws IOException {
        int port = preferred == 0 ? anyPort() : preferred;
        for (int tries = 1; ; tries++) {
            try {
                return bindTo(port);
            } catch (BindException e) {
                if (tries == TRIES) {
                    throw e;
                }
                port = anyPort();
            }
        }
    }

    private static ServerSocket bindTo(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            // As the servers do it: connections that linger after a crash do not block the port.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static int anyPort() {
        return ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT + 1);
    }

    private static String secret() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
