package io.bisup.demo.train;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.nio.file.Path;

/** The demo model as it lies in its folder, opened to be measured. */
public final class DemoModel implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;
    private final Checkpoint checkpoint;
    private final LanguageModel model;

    private DemoModel(HuggingFaceTokenizer tokenizer, Checkpoint checkpoint, LanguageModel model) {
        this.tokenizer = tokenizer;
        this.checkpoint = checkpoint;
        this.model = model;
    }

    /** Opens a model folder. */
    public static DemoModel open(TensorRuntime runtime, Path directory) throws IOException {
        DecoderConfig config = DecoderConfig.read(directory);
        Checkpoint checkpoint = Checkpoint.open(directory);
        LanguageModel model = LanguageModel.resident(runtime, config, name -> checkpoint.load(name, runtime.manager()));
        return new DemoModel(tokenizer(directory), checkpoint, model);
    }

    /** The folder's tokenizer, which neither truncates nor pads. */
    static HuggingFaceTokenizer tokenizer(Path directory) throws IOException {
        return HuggingFaceTokenizer.builder()
                .optTokenizerPath(directory.resolve("tokenizer.json"))
                .optTruncation(false)
                .optPadding(false)
                .build();
    }

    /** Perplexity on at most {@code limit} full-context windows of one evaluation text. */
    public WindowPerplexity perplexity(Split split, Register register, int limit) {
        long[] ids = tokenizer.encode(DemoCorpus.text(split, register)).getIds();
        return WindowPerplexity.measure(model, ids, model.config().maxPositions(), limit);
    }

    @Override
    public void close() {
        model.close();
        checkpoint.close();
        tokenizer.close();
    }
}
