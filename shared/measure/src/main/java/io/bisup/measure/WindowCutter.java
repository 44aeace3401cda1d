package io.bisup.measure;

import io.bisup.contract.FailureCode;
import io.bisup.contract.PerplexitySpec;
import io.bisup.data.DatasetException;
import io.bisup.data.TextDataset;
import io.bisup.llm.token.PythonRandom;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import io.bisup.llm.token.Windows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Cuts a data set into the windows of a protocol, token for token as the published scripts do. */
public final class WindowCutter {

    private static final int C4_DOCUMENTS = 1100;
    private static final int C4_WINDOWS = 256;

    private final Tokenizer tokenizer;
    private final SpecialTokens special;

    /** @param special what is put around a text: the tokenizer's default, or nothing behind a prefix that starts it */
    public WindowCutter(Tokenizer tokenizer, SpecialTokens special) {
        this.tokenizer = tokenizer;
        this.special = special;
    }

    /**
     * The windows of a protocol.
     *
     * @throws DatasetException if the data set is too short or not of the kind the protocol needs
     */
    public WindowSet cut(TextDataset dataset, PerplexitySpec.Protocol protocol, int window) {
        WindowSet cut = switch (protocol) {
            case GPTQ -> gptq(dataset, window);
            case C4_NEW -> c4New(dataset, window);
            case C4_OLD -> c4Old(dataset, window);
        };
        if (cut.windows().isEmpty()) {
            throw new DatasetException(
                    FailureCode.DATASET_TOO_SHORT,
                    dataset.name(),
                    "its " + cut.tokens() + " tokens do not fill one window of " + window,
                    "give a longer text or a shorter window");
        }
        return cut;
    }

    /** All rows joined by an empty line, tokenized in one call, cut from the start; the rest is dropped. */
    private WindowSet gptq(TextDataset dataset, int window) {
        long[] ids = tokenizer.encode(dataset.text(), special);
        return new WindowSet(Windows.consecutive(ids, window), ids.length);
    }

    /** The first 1,100 documents joined by a space, tokenized in one call, of which the first 256 windows. */
    private WindowSet c4New(TextDataset dataset, int window) {
        List<String> documents = documents(dataset, PerplexitySpec.Protocol.C4_NEW);
        int count = Math.min(C4_DOCUMENTS, documents.size());
        long[] ids = tokenizer.encode(String.join(" ", documents.subList(0, count)), special);
        List<long[]> all = Windows.consecutive(ids, window);
        return new WindowSet(all.subList(0, Math.min(C4_WINDOWS, all.size())), ids.length);
    }

    /**
     * 256 times a random window of a random document that is long enough, draws interleaved. A document of exactly the
     * window's length is drawn again: there the published script fails.
     */
    private WindowSet c4Old(TextDataset dataset, int window) {
        List<String> documents = documents(dataset, PerplexitySpec.Protocol.C4_OLD);
        PythonRandom random = new PythonRandom(0);
        Set<Integer> tooShort = new HashSet<>();
        List<long[]> windows = new ArrayList<>(C4_WINDOWS);
        while (windows.size() < C4_WINDOWS) {
            int index = (int) random.randint(0, documents.size() - 1L);
            long[] ids = tooShort.contains(index) ? new long[0] : tokenizer.encode(documents.get(index), special);
            if (ids.length > window) {
                int start = (int) random.randint(0, ids.length - window - 1L);
                windows.add(Arrays.copyOfRange(ids, start, start + window));
            } else if (tooShort.add(index) && tooShort.size() == documents.size()) {
                throw new DatasetException(
                        FailureCode.DATASET_TOO_SHORT,
                        dataset.name(),
                        "no document has over " + window + " tokens",
                        "use a shorter window");
            }
        }
        return new WindowSet(windows, (long) C4_WINDOWS * window);
    }

    private static List<String> documents(TextDataset dataset, PerplexitySpec.Protocol protocol) {
        if (!dataset.format().hasFields()) {
            throw new DatasetException(
                    FailureCode.DATASET_UNSUITABLE,
                    dataset.name(),
                    protocol.id() + " needs documents, this is running text",
                    "give JSON lines with a \"text\" field, or use protocol gptq");
        }
        return dataset.rows();
    }
}
