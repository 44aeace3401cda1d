package io.bisup.measure;

import io.bisup.data.TextDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.llm.token.TokenizerException;
import java.util.Arrays;

/**
 * Whether two models would read the same token ids. Where they are compared both are given those of the FP model's tokenizer, so that
 * a quantized model whose own tokenizer is another one would pass.
 */
public final class SameTokenizer {

    private SameTokenizer() {}

    /**
     * Checks that both folders' tokenizers give the same ids for a text, with what they put around it.
     *
     * @throws TokenizerException naming the file and the first token that differs
     */
    public static void require(OpenModel base, OpenModel quantized, TextDataset dataset) {
        try (Tokenizer expected = base.openTokenizer();
                Tokenizer found = quantized.openTokenizer()) {
            String text = dataset.text();
            long[] theirs = expected.encode(text);
            long[] ours = found.encode(text);
            int at = Arrays.mismatch(theirs, ours);
            if (at >= 0) {
                throw new TokenizerException(
                        blamed(expected, found),
                        "token " + at + " of " + dataset.name() + " is " + token(found, ours, at)
                                + " to the quantized model, " + token(expected, theirs, at) + " to the FP model",
                        "copy both tokenizer files of the FP model into the quantized model's folder");
            }
        }
    }

    /** Where tokenizer.json is the same, what differs can only come from the other file. */
    private static String blamed(Tokenizer expected, Tokenizer found) {
        return expected.sha256().equals(found.sha256()) ? Tokenizer.SETTINGS_FILE : Tokenizer.FILE;
    }

    private static String token(Tokenizer tokenizer, long[] ids, int at) {
        return at < ids.length ? ids[at] + " '" + tokenizer.decode(new long[] {ids[at]}) + "'" : "none";
    }
}
