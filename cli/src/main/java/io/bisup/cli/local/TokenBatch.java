package io.bisup.cli.local;

import io.bisup.cli.UserErrorException;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Windows;
import java.nio.file.Path;
import java.util.List;

/**
 * Token ids of equal-length sequences.
 *
 * @param rows one array of ids per sequence
 * @param time tokens of each
 */
record TokenBatch(List<long[]> rows, int time) {

    private static final String TENSOR = "input_ids";

    /** @throws io.bisup.llm.checkpoint.MalformedCheckpointException if the file is no safetensors file of integers */
    static TokenBatch read(Path path) {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorView view = file.tensor(TENSOR)
                    .orElseThrow(() -> new UserErrorException("--ids " + path + " holds no tensor " + TENSOR
                            + "; it has " + file.header().tensors().keySet()));
            if (view.shape().size() != 2 || view.entry().elements() == 0) {
                throw new UserErrorException(
                        "--ids " + path + ": " + TENSOR + " has shape " + view.shape() + ", give [batch, time]");
            }
            int time = Math.toIntExact(view.shape().get(1));
            return new TokenBatch(Windows.consecutive(view.toLongs(), time), time);
        }
    }

    /** Checks the ids against the vocabulary and the length against the context. */
    void requireFits(OpenModel model) {
        int vocabulary = model.model().config().vocabSize();
        int context = model.model().config().maxPositions() - model.prefixIds().size();
        if (time > context) {
            throw new UserErrorException(
                    "--ids: sequences of " + time + " tokens, the model's context takes " + context);
        }
        for (long[] row : rows) {
            for (long id : row) {
                if (id < 0 || id >= vocabulary) {
                    throw new UserErrorException(
                            "--ids: token id " + id + " is not in the model's vocabulary of " + vocabulary);
                }
            }
        }
    }
}
