package io.bisup.api.artifact;

import io.bisup.api.ApiConfig;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.object.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Files are read from the object store itself, by URLs that hold for some minutes. */
@ApplicationScoped
class Downloads {

    private final ObjectStore objects;
    private final ApiConfig config;
    private final Clock clock;

    Downloads(ObjectStore objects, ApiConfig config, Clock clock) {
        this.objects = objects;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Which file is wanted.
     *
     * @param file name of a file
     */
    public record DownloadRequest(@Nullable String file) {}

    /**
     * Where a file can be read without credentials for a while.
     *
     * @param url secret: who knows it can read the file
     * @param expiresAt until when
     * @param bytes size of the file
     * @param sha256 its digest, to be compared after the download
     */
    public record Download(URI url, Instant expiresAt, long bytes, String sha256) {}

    Download of(ObjectEntry file) {
        Instant expiresAt = clock.instant().plus(config.downloadUrlValidity());
        return new Download(
                objects.presign(file, config.downloadUrlValidity()), expiresAt, file.bytes(), file.sha256());
    }

    Response redirect(ObjectEntry file) {
        return Response.temporaryRedirect(objects.presign(file, config.downloadUrlValidity()))
                .header("Cache-Control", "no-store")
                .build();
    }
}
