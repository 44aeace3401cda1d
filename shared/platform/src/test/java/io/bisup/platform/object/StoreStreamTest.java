package io.bisup.platform.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.platform.work.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A download that breaks off is the store's outage, to be tried again, and not the evaluator's own fault. */
class StoreStreamTest {

    @TempDir
    Path folder;

    @Test
    void aBrokenDownloadIsTheStoresFailure() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("unexpected end of stream");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                throw new IOException("unexpected end of stream");
            }
        };
        StoreStream stream = new StoreStream(
                broken, e -> new FailureException(FailureCode.STORE_UNAVAILABLE, "did not serve models/x", e));

        assertThatThrownBy(() -> Files.copy(stream, folder.resolve("x")))
                .satisfies(
                        e -> assertThat(Failures.of(e, null, null, 1).code()).isEqualTo(FailureCode.STORE_UNAVAILABLE));
    }
}
