package io.bisup.contract;

/**
 * One immutable object of a model, data set or artifact.
 *
 * @param name file name inside it, matching {@code [A-Za-z0-9._-]{1,128}}
 * @param key where the store keeps it; built by us, never by a user
 * @param bytes its size
 * @param sha256 its digest, lower-case hex
 */
public record ObjectEntry(String name, String key, long bytes, String sha256) {

    public ObjectEntry {
        Check.require(
                name != null && name.matches("[A-Za-z0-9._-]{1,128}") && !name.startsWith("."),
                "name",
                "'" + name + "' is no file name",
                "use 1 to 128 letters, digits, '.', '_' or '-'");
        Check.require(sha256.matches("[0-9a-f]{64}"), "sha256", "is no SHA-256", "give 64 lower-case hex digits");
    }
}
