package io.bisup.llm.folder;

import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.token.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/**
 * A model ready to run, with what belongs to it.
 *
 * @param directory the folder it was opened from
 * @param model the model, behind its prefix if it has one
 * @param prefixIds token ids of the prefix whose keys and values the model holds; empty if it has none
 * @param checkpoint the files it may still read from
 */
public record OpenModel(Path directory, LanguageModel model, List<Long> prefixIds, Checkpoint checkpoint)
        implements AutoCloseable {
    public OpenModel {
        prefixIds = List.copyOf(prefixIds);
    }

    /**
     * Opens the tokenizer in the model's folder; the caller closes it.
     *
     * @throws io.bisup.llm.token.TokenizerException if there is none or it is not one
     */
    public Tokenizer openTokenizer() {
        return Tokenizer.open(directory);
    }

    /** Frees the model and its files. */
    @Override
    public void close() {
        model.close();
        checkpoint.close();
    }
}
