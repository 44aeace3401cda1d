package io.bisup.platform.object;

import io.bisup.platform.outage.Store;
import io.bisup.platform.outage.StoreUnavailableException;
import io.minio.BucketExistsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** The one bucket: a client for it, and its errors in our words. */
@ApplicationScoped
class Bucket {

    private static final int SERVER_ERROR = 500;
    private static final Duration PING = Duration.ofSeconds(2);

    /** What a store says to everybody until an operator mends it: keys, permissions, a missing bucket; or to go slower. */
    private static final Set<String> REFUSES_ALL = Set.of(
            "AccessDenied",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "ExpiredToken",
            "RequestTimeTooSkewed",
            "NoSuchBucket",
            "RequestTimeout",
            "TooManyRequests",
            "SlowDown");

    private final ObjectStoreSettings settings;
    private @Nullable OkHttpClient connections;
    private @Nullable MinioClient client;
    private @Nullable MinioClient impatient;

    Bucket(ObjectStoreSettings settings) {
        this.settings = settings;
    }

    /** A request to the store. */
    @FunctionalInterface
    interface Request<T> {
        T send(MinioClient s3) throws MinioException;
    }

    String name() {
        return settings.bucket();
    }

    /**
     * Sends a request about {@code key}.
     *
     * @throws StoreUnavailableException when the store cannot be reached, breaks off or refuses everybody
     * @throws IllegalStateException when it refuses this request
     */
    <T> T call(String key, Request<T> request) {
        try {
            return request.send(client());
        } catch (ErrorResponseException e) {
            throw refused(key, e);
        } catch (MinioException e) {
            throw unavailable(key, e);
        } catch (IllegalStateException e) {
            // The client wraps what its HTTP library throws, such as a connection refused or reset.
            if (e.getCause() instanceof IOException broken) {
                throw unavailable(key, broken);
            }
            throw e;
        }
    }

    private RuntimeException refused(String key, ErrorResponseException e) {
        String code = e.errorResponse().code();
        if (e.response().code() >= SERVER_ERROR || REFUSES_ALL.contains(code)) {
            return unavailable(key, e);
        }
        return new IllegalStateException("the object store refuses " + key + ": " + reason(e), e);
    }

    private static String reason(Exception e) {
        return e instanceof ErrorResponseException error
                ? error.errorResponse().code() + " (" + error.errorResponse().message() + ")"
                : String.valueOf(e.getMessage());
    }

    StoreUnavailableException unavailable(String key, Exception e) {
        return new StoreUnavailableException(
                Store.OBJECT_STORE,
                "the object store at " + settings.endpoint() + " did not serve " + key + ": " + reason(e),
                e);
    }

    /**
     * Asks for the bucket and waits for two seconds at most.
     *
     * @throws StoreUnavailableException when it does not answer
     */
    synchronized void ping() {
        call("the bucket " + name(), s3 -> {
            if (impatient == null) {
                impatient = connect(PING);
            }
            return impatient.bucketExists(
                    BucketExistsArgs.builder().bucket(name()).build());
        });
    }

    private synchronized MinioClient client() throws MinioException {
        if (client == null) {
            MinioClient made = connect(settings.timeout());
            makeBucket(made);
            client = made;
        }
        return client;
    }

    private MinioClient connect(Duration timeout) {
        if (connections == null) {
            connections = Transport.to(settings.endpoint());
        }
        return MinioClient.builder()
                .endpoint(settings.endpoint())
                .credentials(settings.accessKey(), settings.secretKey())
                .region(settings.region())
                .httpClient(Transport.withTimeout(connections, timeout), true)
                .build();
    }

    private void makeBucket(MinioClient s3) throws MinioException {
        if (s3.bucketExists(BucketExistsArgs.builder().bucket(name()).build())) {
            return;
        }
        try {
            s3.makeBucket(MakeBucketArgs.builder().bucket(name()).build());
        } catch (ErrorResponseException e) {
            // Another service made it at the same moment.
            if (!s3.bucketExists(BucketExistsArgs.builder().bucket(name()).build())) {
                throw e;
            }
        }
    }

    @PreDestroy
    void close() throws Exception {
        if (client != null) {
            client.close();
        }
        if (impatient != null) {
            impatient.close();
        }
    }
}
