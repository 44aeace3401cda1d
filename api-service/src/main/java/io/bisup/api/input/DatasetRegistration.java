package io.bisup.api.input;

import io.bisup.api.ApiConfig;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DatasetSchema;
import io.bisup.contract.Digests;
import io.bisup.contract.ObjectEntry;
import io.bisup.data.task.Task;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.DatasetRegistry;
import io.bisup.platform.registry.NameTakenException;
import io.bisup.platform.registry.RegisteredDataset;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Brings a data set into the object store: spooled to a file, checked, then uploaded. */
@ApplicationScoped
class DatasetRegistration {

    private static final int BUFFER = 1 << 16;

    private final DatasetRegistry registry;
    private final ObjectStore objects;
    private final long limit;

    DatasetRegistration(DatasetRegistry registry, ObjectStore objects, ApiConfig config) {
        this.registry = registry;
        this.objects = objects;
        this.limit = config.maxDatasetBytes();
    }

    /**
     * @param dataset what is registered under the name now
     * @param created whether this request did it
     */
    record Registered(RegisteredDataset dataset, boolean created) {}

    Registered register(String tenant, String name, DatasetFormat format, @Nullable Task task, InputStream body) {
        Names.require(name);
        try {
            Path spool = Files.createTempFile("dataset", ".spool");
            try {
                return register(tenant, name, format, task, spool, spool(body, spool));
            } finally {
                Files.deleteIfExists(spool);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("data set " + name, e);
        }
    }

    private Registered register(
            String tenant, String name, DatasetFormat format, @Nullable Task task, Path spool, String sha256)
            throws IOException {
        DatasetCheck.require(spool, format, task);
        DatasetSchema schema = DatasetSchema.of(format, task == null ? null : task.id());
        Optional<ObjectEntry> existing = registry.find(tenant, name).map(RegisteredDataset::object);
        if (existing.isPresent() && !existing.get().sha256().equals(sha256)) {
            throw NameTakenException.bytes("data set", name, existing.get().sha256(), sha256);
        }
        ObjectEntry object = existing.isPresent() ? existing.get() : upload(format, spool);
        RegisteredDataset dataset = new RegisteredDataset(name, format, object, schema);
        return new Registered(registry.register(tenant, dataset), existing.isEmpty());
    }

    private ObjectEntry upload(DatasetFormat format, Path spool) throws IOException {
        return objects.put(ObjectKeys.dataset(UUID.randomUUID(), "data." + format.extension()), spool);
    }

    /** Copies the body to a file and digests it; stops as soon as it is too large. */
    private String spool(InputStream body, Path target) throws IOException {
        try (DigestOutputStream out = new DigestOutputStream(open(target), Digests.sha256())) {
            byte[] buffer = new byte[BUFFER];
            long bytes = 0;
            for (int read = read(body, buffer); read >= 0; read = read(body, buffer)) {
                bytes += read;
                if (bytes > limit) {
                    throw new ProblemException(
                            ProblemKind.BODY_TOO_LARGE,
                            "a data set may have " + limit + " bytes (bisup.api.max-dataset-bytes); send less");
                }
                out.write(buffer, 0, read);
            }
            return Digests.hex(out.getMessageDigest().digest());
        }
    }

    private static OutputStream open(Path target) throws IOException {
        return new java.io.BufferedOutputStream(Files.newOutputStream(target), BUFFER);
    }

    private static int read(InputStream body, byte[] buffer) {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new ProblemException(ProblemKind.BAD_REQUEST, "the body broke off; send it again");
        }
    }
}
