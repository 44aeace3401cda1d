package io.bisup.platform.object;

import io.bisup.contract.ExportFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Builds every key of the store:
 *
 * <pre>
 * models/{upload}/{file}                     a registered model's files
 * datasets/{upload}/{file}                   a registered data set
 * jobs/{job}/attempts/{n}/{file}             what an attempt uploads: shards, checkpoints
 * jobs/{job}/attempts/{n}/exports/{format}/{file}   an export that it makes with the artifact
 * artifacts/{job}/manifest.json              put once: the artifact exists
 * artifacts/{job}/exports/{export}/{n}/{file}       what an attempt at a later export uploads
 * responses/{digest}/{file}                  a task's answers of one model under one protocol, or an artifact's error map
 * </pre>
 */
public final class ObjectKeys {

    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    private ObjectKeys() {}

    /** A file of a model; all files of one registration share a fresh {@code upload}. */
    public static ObjectKey model(UUID upload, String file) {
        return new ObjectKey("models/" + upload + "/" + fileName(file));
    }

    /** A data set's one file. */
    public static ObjectKey dataset(UUID upload, String file) {
        return new ObjectKey("datasets/" + upload + "/" + fileName(file));
    }

    /** A file that an attempt of a job uploads. */
    public static ObjectKey attempt(String jobId, int attempt, String file) {
        return new ObjectKey(attempts(jobId) + positive(attempt) + "/" + fileName(file));
    }

    private static int positive(int attempt) {
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt is " + attempt + "; attempts count from 1");
        }
        return attempt;
    }

    /** A file of an export that an attempt of a job makes together with the artifact. */
    public static ObjectKey attemptExport(String jobId, int attempt, ExportFormat format, String file) {
        return new ObjectKey(
                attempt(jobId, attempt, "exports").value() + "/" + format.wireName() + "/" + exportedFile(file));
    }

    /** A file that an attempt at an export of a published artifact uploads. */
    public static ObjectKey export(String jobId, String exportId, int attempt, String file) {
        return new ObjectKey(export(jobId, exportId) + positive(attempt) + "/" + exportedFile(file));
    }

    /** A file of an export may lie in a folder of it, which another part of it builds on. */
    private static String exportedFile(String path) {
        int slash = path.indexOf('/');
        return slash < 0
                ? fileName(path)
                : fileName(path.substring(0, slash)) + "/" + fileName(path.substring(slash + 1));
    }

    /** What all keys of an export's attempts start with. */
    static String export(String jobId, String exportId) {
        return "artifacts/" + uuid(jobId) + "/exports/" + uuid(exportId) + "/";
    }

    /** What all keys of a job's attempts start with. */
    static String attempts(String jobId) {
        return "jobs/" + uuid(jobId) + "/attempts/";
    }

    /** The manifest that makes a job's artifact exist. */
    public static ObjectKey manifest(String jobId) {
        return new ObjectKey("artifacts/" + uuid(jobId) + "/manifest.json");
    }

    /** A file of a model's answers to a task, or of an error map; {@code digest} is the SHA-256 of all that they depend on. */
    public static ObjectKey responses(String digest, String file) {
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException("'" + digest + "' is no SHA-256");
        }
        return new ObjectKey("responses/" + digest + "/" + fileName(file));
    }

    private static String fileName(String name) {
        if (!FILE.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no file name of an object: use 1 to 128 letters, "
                    + "digits, '.', '_' or '-', not starting with '.' or '-'");
        }
        return name;
    }

    private static UUID uuid(String id) {
        return UUID.fromString(id);
    }
}
