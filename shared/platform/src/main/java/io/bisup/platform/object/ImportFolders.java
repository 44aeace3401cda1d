package io.bisup.platform.object;

import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.Result;
import io.minio.errors.ErrorResponseException;
import io.minio.messages.Item;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Folders in other buckets of the same S3 server, to be copied from. Which buckets may be named is the caller's to check.
 */
@ApplicationScoped
public class ImportFolders {

    private static final int NOT_FOUND = 404;

    private final Bucket store;

    ImportFolders(Bucket store) {
        this.store = store;
    }

    /**
     * A folder.
     *
     * @param bucket its bucket
     * @param prefix what its keys start with, ending in "/" unless empty
     */
    public record Folder(String bucket, String prefix) {

        String key(String file) {
            return prefix + file;
        }

        @Override
        public String toString() {
            return "s3://" + bucket + "/" + prefix;
        }
    }

    /**
     * Size by name of the files directly in the folder, sorted by name.
     *
     * @throws IOException when the bucket does not exist or may not be read
     */
    public SequencedMap<String, Long> list(Folder folder) throws IOException {
        try {
            return store.call(folder.toString(), s3 -> {
                SequencedMap<String, Long> sizes = new TreeMap<>();
                for (Result<Item> result : s3.listObjects(ListObjectsArgs.builder()
                        .bucket(folder.bucket())
                        .prefix(folder.prefix())
                        .build())) {
                    Item item = result.get();
                    String name = item.objectName().substring(folder.prefix().length());
                    if (!item.isDir() && !name.isEmpty() && !name.contains("/")) {
                        sizes.put(name, item.size());
                    }
                }
                return sizes;
            });
        } catch (RuntimeException e) {
            throw told(folder, e);
        }
    }

    /** Up to {@code length} bytes of a file from {@code offset}. */
    public byte[] range(Folder folder, String file, long offset, int length) throws IOException {
        if (length == 0) {
            return new byte[0];
        }
        GetObjectArgs request = GetObjectArgs.builder()
                .bucket(folder.bucket())
                .object(folder.key(file))
                .offset(offset)
                .length((long) length)
                .build();
        try (InputStream in = open(folder, request)) {
            return in.readNBytes(length);
        }
    }

    /** A file's bytes. */
    public InputStream open(Folder folder, String file) throws IOException {
        return open(
                folder,
                GetObjectArgs.builder()
                        .bucket(folder.bucket())
                        .object(folder.key(file))
                        .build());
    }

    private InputStream open(Folder folder, GetObjectArgs request) throws IOException {
        try {
            return store.call(folder.toString(), s3 -> s3.getObject(request));
        } catch (RuntimeException e) {
            throw told(folder, e);
        }
    }

    /** What the server refuses is the folder's fault; all else stays the store's. */
    private static IOException told(Folder folder, RuntimeException e) {
        if (e.getCause() instanceof ErrorResponseException refused) {
            int status = refused.response().code();
            if (status == NOT_FOUND) {
                return new NoSuchFileException(folder.toString());
            }
            if (status < 500) {
                return new AccessDeniedException(folder.toString());
            }
        }
        throw e;
    }
}
