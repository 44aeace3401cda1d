package io.bisup.platform.object;

import io.bisup.contract.Digests;
import io.bisup.contract.ObjectEntry;
import io.minio.GetObjectArgs;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.ListObjectsArgs;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.minio.messages.Item;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The object store over S3, through the MinIO SDK. */
@ApplicationScoped
class MinioObjectStore implements ObjectStore {

    private static final int MAX_IN_MEMORY = 64 << 20;
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;

    /** What AWS answers to one of two conditional writes at the same moment; the other one decides. */
    private static final int CONFLICT = 409;

    private static final int CONFLICT_RETRIES = 10;

    private final Bucket bucket;

    MinioObjectStore(Bucket bucket) {
        this.bucket = bucket;
    }

    @Override
    public ObjectEntry put(ObjectKey key, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return put(key, in, Files.size(file));
        }
    }

    @Override
    public ObjectEntry put(ObjectKey key, byte[] bytes) {
        bucket.call(
                key.value(),
                s3 -> s3.putObject(to(key).data(bytes, bytes.length).build()));
        return new ObjectEntry(key.fileName(), key.value(), bytes.length, Digests.sha256(bytes));
    }

    @Override
    public ObjectEntry put(ObjectKey key, InputStream in, long bytes) throws IOException {
        DigestInputStream digesting = new DigestInputStream(in, Digests.sha256());
        bucket.call(
                key.value(),
                s3 -> s3.putObject(to(key).stream(digesting, bytes, -1L).build()));
        String sha256 = Digests.hex(digesting.getMessageDigest().digest());
        return new ObjectEntry(key.fileName(), key.value(), bytes, sha256);
    }

    @Override
    public boolean putIfAbsent(ObjectKey key, byte[] bytes) {
        PutObjectArgs request = to(key).data(bytes, bytes.length)
                .extraHeaders(Map.of("If-None-Match", "*"))
                .build();
        for (int retry = 0; ; retry++) {
            boolean last = retry == CONFLICT_RETRIES;
            Optional<Boolean> created = bucket.call(key.value(), s3 -> {
                try {
                    s3.putObject(request);
                    return Optional.of(true);
                } catch (ErrorResponseException e) {
                    return refused(e, last);
                }
            });
            if (created.isPresent()) {
                return created.get();
            }
        }
    }

    /** Not created (false), undecided (empty: try again), or a real error. */
    private static Optional<Boolean> refused(ErrorResponseException e, boolean last) throws ErrorResponseException {
        int status = e.response().code();
        if (status == PRECONDITION_FAILED) {
            return Optional.of(false);
        }
        if (status == CONFLICT && !last) {
            return Optional.empty();
        }
        throw e;
    }

    @Override
    public void get(ObjectEntry entry, Path target) throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try (InputStream in = new StoreStream(open(entry, 0, entry.bytes()), e -> bucket.unavailable(entry.key(), e))) {
            DigestInputStream digesting = new DigestInputStream(in, Digests.sha256());
            long bytes = Files.copy(digesting, part, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            check(entry, bytes, Digests.hex(digesting.getMessageDigest().digest()));
            Files.move(
                    part,
                    target,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    @Override
    public byte[] get(ObjectEntry entry) {
        if (entry.bytes() > MAX_IN_MEMORY) {
            throw new IllegalArgumentException(entry.key() + " has " + entry.bytes() + " bytes: download it to a file");
        }
        byte[] bytes = range(entry, 0, (int) entry.bytes());
        check(entry, bytes.length, Digests.sha256(bytes));
        return bytes;
    }

    private static void check(ObjectEntry entry, long bytes, String sha256) {
        if (bytes != entry.bytes()) {
            throw new CorruptObjectException(entry.key(), "has " + bytes + " bytes, not " + entry.bytes());
        }
        if (!sha256.equals(entry.sha256())) {
            throw new CorruptObjectException(entry.key(), "has digest " + sha256 + ", not " + entry.sha256());
        }
    }

    @Override
    public byte[] range(ObjectEntry entry, long offset, int length) {
        if (length == 0 || offset >= entry.bytes()) {
            return new byte[0];
        }
        try (InputStream in = open(entry, offset, length)) {
            return in.readNBytes(length);
        } catch (IOException e) {
            throw bucket.unavailable(entry.key(), e);
        }
    }

    /** An object that a row names and the store has not is corrupt, not absent. */
    private InputStream open(ObjectEntry entry, long offset, long length) {
        GetObjectArgs.Builder request =
                GetObjectArgs.builder().bucket(bucket.name()).object(entry.key());
        if (offset > 0 || length < entry.bytes()) {
            request.offset(offset).length(length);
        }
        return bucket.call(entry.key(), s3 -> {
            try {
                return s3.getObject(request.build());
            } catch (ErrorResponseException e) {
                if (e.response().code() == NOT_FOUND) {
                    throw new CorruptObjectException(entry.key(), "is gone from the store");
                }
                throw e;
            }
        });
    }

    /** A body that breaks off is the store's outage; an error of the file that it is written to is not. */
    @Override
    public Optional<byte[]> read(ObjectKey key) {
        return bucket.call(key.value(), s3 -> {
            GetObjectArgs request = GetObjectArgs.builder()
                    .bucket(bucket.name())
                    .object(key.value())
                    .build();
            try (InputStream in = s3.getObject(request)) {
                return Optional.of(in.readNBytes(MAX_IN_MEMORY));
            } catch (ErrorResponseException e) {
                return absent(e);
            } catch (IOException e) {
                throw bucket.unavailable(key.value(), e);
            }
        });
    }

    @Override
    public boolean exists(ObjectKey key) {
        Optional<Boolean> found = bucket.call(key.value(), s3 -> {
            try {
                s3.statObject(StatObjectArgs.builder()
                        .bucket(bucket.name())
                        .object(key.value())
                        .build());
                return Optional.of(true);
            } catch (ErrorResponseException e) {
                return absent(e);
            }
        });
        return found.isPresent();
    }

    private static <T> Optional<T> absent(ErrorResponseException e) throws ErrorResponseException {
        if (e.response().code() == NOT_FOUND) {
            return Optional.empty();
        }
        throw e;
    }

    @Override
    public List<String> listAttempts(String jobId) {
        return list(ObjectKeys.attempts(jobId));
    }

    private List<String> list(String prefix) {
        return bucket.call(prefix, s3 -> {
            List<String> keys = new ArrayList<>();
            for (Result<Item> item : s3.listObjects(ListObjectsArgs.builder()
                    .bucket(bucket.name())
                    .prefix(prefix)
                    .recursive(true)
                    .build())) {
                keys.add(name(item));
            }
            return keys;
        });
    }

    @Override
    public int deleteAttempts(String jobId, Set<String> kept) {
        return delete(ObjectKeys.attempts(jobId), kept);
    }

    @Override
    public int deleteExport(String jobId, String exportId, Set<String> kept) {
        return delete(ObjectKeys.export(jobId, exportId), kept);
    }

    private int delete(String prefix, Set<String> kept) {
        List<String> garbage =
                list(prefix).stream().filter(key -> !kept.contains(key)).toList();
        for (String key : garbage) {
            bucket.call(key, s3 -> {
                s3.removeObject(RemoveObjectArgs.builder()
                        .bucket(bucket.name())
                        .object(key)
                        .build());
                return true;
            });
        }
        return garbage.size();
    }

    private static String name(Result<Item> item) throws MinioException {
        return item.get().objectName();
    }

    @Override
    public URI presign(ObjectEntry entry, Duration validity) {
        return bucket.call(
                entry.key(),
                s3 -> URI.create(s3.getPresignedObjectUrl(GetPresignedObjectUrlArgs.builder()
                        .method(Http.Method.GET)
                        .bucket(bucket.name())
                        .object(entry.key())
                        .expiry((int) validity.toSeconds(), TimeUnit.SECONDS)
                        .build())));
    }

    private PutObjectArgs.Builder to(ObjectKey key) {
        return PutObjectArgs.builder().bucket(bucket.name()).object(key.value());
    }
}
