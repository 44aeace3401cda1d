package io.bisup.demo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerFilesTest {
    private static final int SIZE = 400;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"The miller's 12 jugs, \"he said\".\n\nQ: Who?", " two  spaces ", "été – 日本 🙂", "tab\tand\u0000"
            })
    void everyTextRoundTrips(String text) throws IOException {
        try (HuggingFaceTokenizer tokenizer = tokenizer()) {
            Encoding encoding = tokenizer.encode(text);

            assertThat(encoding.getIds()[0]).isEqualTo(BpeVocabulary.BOS_ID);
            assertThat(tokenizer.decode(encoding.getIds(), true)).isEqualTo(text);
        }
    }

    @Test
    void corpusRoundTripsAndIsCompressed() throws IOException {
        String text = DemoCorpus.test(Register.RECORDS);
        try (HuggingFaceTokenizer tokenizer = tokenizer()) {
            long[] ids = tokenizer.encode(text).getIds();

            assertThat(tokenizer.decode(ids, true)).isEqualTo(text);
            assertThat(ids.length).isLessThan(text.length() * 2 / 3);
        }
    }

    @Test
    void mergesTheMostFrequentPairFirst() {
        List<BpeVocabulary.Merge> merges = BpeTrainer.train(List.of("ab ab abc xy"), BpeVocabulary.FIRST_MERGE_ID + 2)
                .merges();

        // " ab" occurs three times counting " abc" and "ab" at the start shares its last two letters.
        assertThat(merges).containsExactly(new BpeVocabulary.Merge("a", "b"), new BpeVocabulary.Merge("Ġ", "ab"));
    }

    @Test
    void refusesMoreTokensThanTheTextHas() {
        assertThatThrownBy(() -> BpeTrainer.train(List.of("ab"), SIZE)).hasMessageContaining("too few pairs");
    }

    private HuggingFaceTokenizer tokenizer() throws IOException {
        BpeVocabulary vocabulary = BpeTrainer.train(DemoCorpus.documents(Split.VALIDATION, Register.STORIES), SIZE);
        TokenizerFiles.write(vocabulary, 512, folder);
        return HuggingFaceTokenizer.builder()
                .optTokenizerPath(folder.resolve("tokenizer.json"))
                .optTruncation(false)
                .optPadding(false)
                .build();
    }
}
