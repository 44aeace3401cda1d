package io.bisup.platform.object;

import io.bisup.contract.ObjectEntry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Immutable objects. What goes in is digested on the way, what comes out is checked against its digest. Every method throws
 * {@link io.bisup.contract.FailureException} with STORE_UNAVAILABLE when the store cannot be reached,
 * breaks off or refuses everybody.
 */
public interface ObjectStore {

    /** Uploads a file under {@code key}, digesting it on the way; the entry is named after the key's last part. */
    ObjectEntry put(ObjectKey key, Path file) throws IOException;

    /** Uploads bytes. */
    ObjectEntry put(ObjectKey key, byte[] bytes);

    /** Uploads exactly {@code bytes} bytes of a stream, digesting them on the way. */
    ObjectEntry put(ObjectKey key, InputStream in, long bytes) throws IOException;

    /**
     * Creates the object if there is none: of all who try, one wins.
     *
     * @return whether this call created it
     */
    boolean putIfAbsent(ObjectKey key, byte[] bytes);

    /**
     * Downloads to {@code target}, which appears only when size and digest are right.
     *
     * @throws CorruptObjectException when they are not, or when the object is gone
     */
    void get(ObjectEntry entry, Path target) throws IOException;

    /** Downloads a small object (at most 64 MiB) into memory, checked as {@link #get(ObjectEntry, Path)}. */
    byte[] get(ObjectEntry entry);

    /** Up to {@code length} bytes from {@code offset}, unchecked: for reading a file's header before a job. */
    byte[] range(ObjectEntry entry, long offset, int length);

    /** Reads a small object by key, unchecked; nothing when there is none. */
    Optional<byte[]> read(ObjectKey key);

    boolean exists(ObjectKey key);

    /** The keys a job's attempts have uploaded so far; what is listed but named by no row or manifest is garbage. */
    List<String> listAttempts(String jobId);

    /** Deletes what a job's attempts have uploaded, except these keys; says how many. */
    int deleteAttempts(String jobId, Set<String> kept);

    /** Deletes what the attempts at an export of an artifact have uploaded, except these keys; says how many. */
    int deleteExport(String jobId, String exportId, Set<String> kept);

    /** A URL that downloads the object until {@code validity} is over. */
    URI presign(ObjectEntry entry, Duration validity);
}
