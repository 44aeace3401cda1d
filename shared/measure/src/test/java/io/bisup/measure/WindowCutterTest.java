package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.data.TextDataset;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Acceptance row E2: counts of tokens and windows. */
class WindowCutterTest {

    private final Tokenizer tokenizer = Tokenizer.open(ReferenceData.path("data/models/TinyStories-656K"));
    private final WindowCutter cutter = new WindowCutter(tokenizer, SpecialTokens.DEFAULT);

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void wikiTextGivesTheTokensAndWindowsOfTransformers() {
        WindowSet cut = cutter.cut(wikiText(), Protocol.GPTQ, 512);

        assertThat(cut.tokens()).isEqualTo(544_742);
        assertThat(cut.windows()).hasSize(1063);
        assertThat(cut.windows().getFirst()[0]).isEqualTo(1);
        assertThat(cut.windows()).filteredOn(w -> w[0] == 1).hasSize(1);
    }

    @Test
    void aTextBehindAPrefixGetsNoStartToken() {
        WindowSet cut = new WindowCutter(tokenizer, SpecialTokens.NEVER).cut(wikiText(), Protocol.GPTQ, 512);

        assertThat(cut.tokens()).isEqualTo(544_741);
        assertThat(cut.windows().getFirst()[0]).isNotEqualTo(1);
    }

    @Test
    void c4NewGivesTheTokensAndWindowsOfTransformers() {
        WindowSet cut = cutter.cut(c4(), Protocol.C4_NEW, 512);

        assertThat(cut.tokens()).isEqualTo(944_541);
        assertThat(cut.windows()).hasSize(256);
    }

    @Test
    void c4OldDrawsAsPythonDoes() {
        WindowSet cut = cutter.cut(c4(), Protocol.C4_OLD, 512);

        assertThat(cut.windows()).hasSize(256).allSatisfy(w -> assertThat(w).hasSize(512));
        // The script in Python, with the same tokenizer: documents 788, 82 and 1605 from tokens 53, 265 and 621.
        assertThat(cut.windows().get(0)).startsWith(31, 30, 45, 28);
        assertThat(cut.windows().get(1)).startsWith(108, 28, 109, 114);
        assertThat(cut.windows().get(2)).startsWith(255, 230, 831, 276);
    }

    /** Published script, but for the documents of exactly the window's length, which end it; 262 of its draws fall on one here. */
    @Test
    void aDocumentOfExactlyTheWindowIsDrawnAgain() {
        String exact = "Tom had a big red ball.";
        String longer =
                "Once upon a time, there was a little girl named Lily. She loved to play in the park with her friends.";
        assertThat(tokenizer.encode(exact)).hasSize(6);
        long[] ids = tokenizer.encode(longer);

        WindowSet cut = cutter.cut(
                new TextDataset("two", "0", DatasetFormat.JSONL, List.of(exact, longer)), Protocol.C4_OLD, 6);

        // Where random.Random(0) of Python starts, with the same tokenizer.
        int[] starts = {6, 8, 6, 7, 3, 2, 8, 1};
        for (int i = 0; i < starts.length; i++) {
            assertThat(cut.windows().get(i)).isEqualTo(Arrays.copyOfRange(ids, starts[i], starts[i] + 6));
        }
        assertThat(cut.windows()).hasSize(256);
        TextDataset alone = new TextDataset("one", "0", DatasetFormat.JSONL, List.of(exact));
        assertThatThrownBy(() -> cutter.cut(alone, Protocol.C4_OLD, 6))
                .hasMessageContaining("no document has over 6 tokens");
    }

    @Test
    void refusesTextThatDoesNotFitTheProtocol() {
        assertThatThrownBy(() -> cutter.cut(wikiText(), Protocol.C4_NEW, 512)).hasMessageContaining("needs documents");
        TextDataset tiny = new TextDataset("tiny", "0", DatasetFormat.JSONL, List.of("Hello", "you"));
        assertThatThrownBy(() -> cutter.cut(tiny, Protocol.GPTQ, 512)).hasMessageContaining("do not fill one window");
        assertThatThrownBy(() -> cutter.cut(tiny, Protocol.C4_OLD, 512)).hasMessageContaining("no document");
    }

    private static TextDataset wikiText() {
        return TextDataset.read(
                ReferenceData.path("data/corpora/wikitext2/wiki.test.raw"), "wikitext2", DatasetFormat.WIKITEXT);
    }

    private static TextDataset c4() {
        return TextDataset.read(
                ReferenceData.path("data/corpora/c4/c4_validation_2k.jsonl"), "c4", DatasetFormat.JSONL);
    }
}
