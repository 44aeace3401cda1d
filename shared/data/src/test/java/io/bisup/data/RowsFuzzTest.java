package io.bisup.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * S-02: whatever bytes a data set has, its rows are read or it is refused by its name; no other exception, no hang, no
 * memory beyond its size. In a build each runs on its seeds, {@code ./bisup fuzz} has Jazzer search from them.
 */
class RowsFuzzTest {

    private static final String NAME = "fuzzed";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Path file;

    @BeforeEach
    void make() throws IOException {
        file = Files.createTempFile("bisup-rows", null);
    }

    @AfterEach
    void remove() throws IOException {
        Files.delete(file);
    }

    @FuzzTest(maxDuration = "1m")
    void jsonLines(byte[] bytes) throws IOException {
        read(bytes, () -> JsonLines.read(file, NAME, RowsFuzzTest::named));
    }

    @FuzzTest(maxDuration = "1m")
    void parquet(byte[] bytes) throws IOException {
        read(bytes, () -> ParquetRows.read(file, NAME, RowsFuzzTest::named, PATIENCE));
    }

    private static void named(DatasetRow row) {
        assertThat(row.dataset()).isEqualTo(NAME);
    }

    /** Reads rows. */
    private interface Reading {
        long rows() throws IOException;
    }

    private void read(byte[] bytes, Reading reading) throws IOException {
        Files.write(file, bytes);
        try {
            assertThat(reading.rows()).isBetween(0L, 8L * bytes.length);
        } catch (CharacterCodingException refused) {
            assertThat(DatasetRows.unreadable(file, NAME, refused)).hasMessageStartingWith(NAME + ": ");
        } catch (DatasetException refused) {
            assertThat(refused.getMessage()).startsWith(NAME + ": ");
        }
    }
}
