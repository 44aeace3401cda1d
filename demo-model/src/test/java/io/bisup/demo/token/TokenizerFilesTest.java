package io.bisup.demo.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import io.bisup.llm.token.Tokenizer;
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
        try (Tokenizer tokenizer = tokenizer()) {
            long[] ids = tokenizer.encode(text);

            assertThat(ids[0]).isEqualTo(BpeVocabulary.BOS_ID);
            assertThat(tokenizer.decode(ids)).isEqualTo(text);
        }
    }

    @Test
    void corpusRoundTripsAndIsCompressed() throws IOException {
        String text = DemoCorpus.test(Register.RECORDS);
        try (Tokenizer tokenizer = tokenizer()) {
            long[] ids = tokenizer.encode(text);

            assertThat(tokenizer.decode(ids)).isEqualTo(text);
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

    private Tokenizer tokenizer() throws IOException {
        BpeVocabulary vocabulary = BpeTrainer.train(DemoCorpus.documents(Split.VALIDATION, Register.STORIES), SIZE);
        TokenizerFiles.write(vocabulary, 512, folder);
        return Tokenizer.open(folder);
    }
}
