package io.bisup.demo.train;

import ai.djl.ndarray.NDScope;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.TokenScores;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.llm.token.Windows;
import java.nio.file.Path;
import java.util.List;

/** The demo model as it lies in its folder, opened to be measured. */
public final class DemoModel implements AutoCloseable {
    private final OpenModel opened;
    private final Tokenizer tokenizer;

    private DemoModel(OpenModel opened) {
        this.opened = opened;
        this.tokenizer = opened.openTokenizer();
    }

    /** Opens a model folder. */
    public static DemoModel open(TensorRuntime runtime, Path directory) {
        return new DemoModel(ModelFolder.open(directory, runtime));
    }

    /**
     * Perplexity by the GPTQ protocol (Frantar et al., 2023) on at most the first {@code limit} windows of one evaluation
     * text: the text as one sequence, cut into windows that do not overlap, the rest dropped; the exponential of the mean
     * over all predictions within windows.
     */
    public double perplexity(Split split, Register register, int limit) {
        LanguageModel model = opened.model();
        int length = model.config().maxPositions();
        long[] ids = tokenizer.encode(DemoCorpus.text(split, register));
        List<long[]> windows =
                Windows.consecutive(ids, length).stream().limit(limit).toList();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double nats = model.score(windows).stream()
                    .mapToDouble(TokenScores::negativeLogLikelihood)
                    .sum();
            return Math.exp(nats / (windows.size() * (length - 1.0)));
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        opened.close();
    }
}
