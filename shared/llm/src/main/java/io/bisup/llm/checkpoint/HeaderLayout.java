package io.bisup.llm.checkpoint;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks that the tensors of a header cover the data section exactly, each byte once. */
final class HeaderLayout {

    private HeaderLayout() {}

    static void check(Collection<TensorEntry> tensors, long dataLength, String file) {
        List<TensorEntry> byPosition = tensors.stream()
                .sorted(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end))
                .toList();
        long covered = 0;
        for (TensorEntry tensor : byPosition) {
            if (tensor.begin() > covered) {
                throw refused(
                        Code.HOLE,
                        file,
                        tensor.name(),
                        "bytes " + covered + " to " + tensor.begin() + " before it belong to no tensor");
            }
            if (tensor.begin() < covered) {
                throw refused(
                        Code.OVERLAP,
                        file,
                        tensor.name(),
                        "it begins at byte " + tensor.begin() + " inside a tensor that ends at " + covered);
            }
            covered = tensor.end();
        }
        checkEnd(covered, dataLength, file);
    }

    private static void checkEnd(long covered, long dataLength, String file) {
        if (covered > dataLength) {
            throw refused(
                    Code.DATA_TRUNCATED, file, null, "the data has " + dataLength + " of the " + covered + " bytes");
        }
        if (covered < dataLength) {
            throw refused(Code.TRAILING_BYTES, file, null, (dataLength - covered) + " bytes follow the last tensor");
        }
    }

    private static MalformedCheckpointException refused(Code code, String file, @Nullable String tensor, String cause) {
        return new MalformedCheckpointException(
                code, file, tensor, cause, "download the file again or write it with the safetensors library");
    }
}
