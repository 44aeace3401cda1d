package io.bisup.localstack;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** An S3 server over a folder of files, on the loopback interface. */
final class S3Server implements AutoCloseable {

    static final String BUCKET = "bisup";

    /** What the server leaves of an upload that was cut: the key, a dash and a UUID. No real key looks like that. */
    private static final Pattern LEFT_OVER =
            Pattern.compile(".+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private final S3Proxy server;
    private final URI endpoint;

    private S3Server(S3Proxy server, URI endpoint) {
        this.server = server;
        this.endpoint = endpoint;
    }

    static S3Server start(Path folder, Identity identity) throws IOException {
        Path objects = folder.resolve("s3").toAbsolutePath();
        Files.createDirectories(objects.resolve(BUCKET));
        removeLeftOvers(objects);
        URI endpoint = URI.create("http://127.0.0.1:" + identity.s3Port());
        S3Proxy server = S3Proxy.builder()
                .blobStore(new FilesystemNio2BlobStore(objects.toString()))
                .endpoint(endpoint)
                .awsAuthentication(AuthenticationType.AWS_V4, Identity.ACCESS_KEY, identity.secretKey())
                .build();
        try {
            server.start();
        } catch (Exception e) {
            throw new LocalStackException("the S3 server cannot listen on " + endpoint + ": " + e.getMessage(), e);
        }
        return new S3Server(server, endpoint);
    }

    private static void removeLeftOvers(Path objects) throws IOException {
        try (Stream<Path> files = Files.walk(objects)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(f -> LEFT_OVER.matcher(f.getFileName().toString()).matches())
                    .toList()) {
                Files.delete(file);
            }
        }
    }

    URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
