package io.bisup.contract;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;

/** SHA-256, the one digest of the house. */
public final class Digests {

    private Digests() {}

    /** A fresh SHA-256. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    public static String sha256(byte[] bytes) {
        return hex(sha256().digest(bytes));
    }

    public static String sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }

    /** Digest of a set of objects: of their lines "sha256 name\n", sorted by name. */
    public static String of(Collection<ObjectEntry> entries) {
        StringBuilder lines = new StringBuilder();
        entries.stream()
                .sorted(Comparator.comparing(ObjectEntry::name))
                .forEach(e ->
                        lines.append(e.sha256()).append(' ').append(e.name()).append('\n'));
        return sha256(lines.toString());
    }
}
