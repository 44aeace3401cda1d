package io.bisup.platform.object;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.minio.BucketExistsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** The one bucket: a client for it, and its errors in our words. */
@ApplicationScoped
class Bucket {

    private final ObjectStoreSettings settings;
    private @Nullable MinioClient client;

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

    /** Sends a request about {@code key}. */
    <T> T call(String key, Request<T> request) {
        try {
            return request.send(client());
        } catch (MinioException e) {
            throw unavailable(key, e);
        }
    }

    FailureException unavailable(String key, Exception e) {
        String reason = e instanceof ErrorResponseException error
                ? error.errorResponse().code() + " (" + error.errorResponse().message() + ")"
                : String.valueOf(e.getMessage());
        return new FailureException(
                FailureCode.STORE_UNAVAILABLE,
                "the object store at " + settings.endpoint() + " did not serve " + key + ": " + reason,
                e);
    }

    private synchronized MinioClient client() throws MinioException {
        if (client == null) {
            MinioClient made = MinioClient.builder()
                    .endpoint(settings.endpoint())
                    .credentials(settings.accessKey(), settings.secretKey())
                    .region(settings.region())
                    .build();
            long timeout = settings.timeout().toMillis();
            made.setTimeout(timeout, timeout, timeout);
            makeBucket(made);
            client = made;
        }
        return client;
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
    }
}
