package io.bisup.contract;

import java.util.regex.Pattern;

/**
 * One immutable object of a model, data set or artifact.
 *
 * @param name file name inside it, matching {@code [A-Za-z0-9._-]{1,128}}; in an export perhaps within one folder, which a
 *     slash ends
 * @param key where the store keeps it; built by us, never by a user
 * @param bytes its size
 * @param sha256 its digest, lower-case hex
 */
public record ObjectEntry(String name, String key, long bytes, String sha256) {

    private static final Pattern NAME =
            Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]{0,63}/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    public ObjectEntry {
        Check.require(
                name != null && NAME.matcher(name).matches(),
                "name",
                "'" + name + "' is no file name",
                "use 1 to 128 letters, digits, '.', '_' or '-'");
        Check.require(sha256.matches("[0-9a-f]{64}"), "sha256", "is no SHA-256", "give 64 lower-case hex digits");
    }

    /** The same object under another name. */
    public ObjectEntry named(String other) {
        return new ObjectEntry(other, key, bytes, sha256);
    }
}
