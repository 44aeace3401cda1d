package io.bisup.llm.testing;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;

/** The reference data of the tests: real inputs and the outputs other programs computed from them. */
public final class ReferenceData {

    private static final String PROPERTY = "bisup.reference.dir";

    private ReferenceData() {}

    /**
     * A file or folder of the reference data. The test is skipped when the property is {@code off}, and fails when it
     * points nowhere.
     */
    public static Path path(String relative) {
        String root = System.getProperty(PROPERTY, "../shared");
        assumeFalse(root.equals("off"), "reference data switched off");
        Path path = Path.of(root, relative);
        if (!Files.exists(path)) {
            throw new AssertionError(
                    "No reference data at " + path.toAbsolutePath().normalize() + ": point -D" + PROPERTY
                            + " at it, or switch these tests off with -D" + PROPERTY + "=off");
        }
        return path;
    }
}
