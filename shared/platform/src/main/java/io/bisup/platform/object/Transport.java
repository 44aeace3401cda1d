package io.bisup.platform.object;

import io.minio.Http;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** How a client of the object store sends HTTP. */
final class Transport {

    private Transport() {}

    /**
     * Connections to {@code endpoint} for every client of it.
     *
     * <p>The library's own default reads each certificate that {@code SSL_CERT_FILE} and {@code SSL_CERT_DIR} name, at a
     * noticeable part of a service's start; a store without TLS has no use for them.
     *
     * @param endpoint URL of the store
     */
    static OkHttpClient to(String endpoint) {
        if (!"http".equalsIgnoreCase(URI.create(endpoint).getScheme())) {
            return Http.newDefaultClient();
        }
        return new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .addInterceptor(new Http.StatusRetryInterceptor())
                .build();
    }

    /** The same connections, each wait ended after {@code timeout}. */
    static OkHttpClient withTimeout(OkHttpClient connections, Duration timeout) {
        long millis = timeout.toMillis();
        return connections
                .newBuilder()
                .connectTimeout(millis, TimeUnit.MILLISECONDS)
                .writeTimeout(millis, TimeUnit.MILLISECONDS)
                .readTimeout(millis, TimeUnit.MILLISECONDS)
                .build();
    }
}
