package io.bisup.api.access;

import io.bisup.contract.Digests;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key as its bearer writes it: {@code bisup_ID_SECRET}, so that scanners for leaked secrets can know it.
 *
 * @param id 16 hexadecimal digits, shown in lists
 * @param secret 256 random bits in base64url; never stored, never printed but once
 */
record KeyText(String id, String secret) {

    private static final Pattern FORM = Pattern.compile("bisup_([0-9a-f]{16})_([A-Za-z0-9_-]{43})");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 8;
    private static final int SECRET_BYTES = 32;

    static KeyText random() {
        return new KeyText(
                HexFormat.of().formatHex(bytes(ID_BYTES)),
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(SECRET_BYTES)));
    }

    static Optional<KeyText> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches() ? Optional.of(new KeyText(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    String digest() {
        return Digests.sha256(secret);
    }

    /** The whole key; {@link #toString} does not tell the secret. */
    String text() {
        return "bisup_" + id + "_" + secret;
    }

    @Override
    public String toString() {
        return "bisup_" + id + "_…";
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
