package io.bisup.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Documents that release 0.1 wrote, byte for byte. */
public final class Stored {

    private Stored() {}

    /** The text of one of them. */
    public static String text(String name) {
        try (InputStream in = Stored.class.getResourceAsStream("release-0.1/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no stored " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
