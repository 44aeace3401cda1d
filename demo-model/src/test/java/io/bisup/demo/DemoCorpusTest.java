package io.bisup.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DemoCorpusTest {

    @ParameterizedTest
    @CsvSource({
        "VALIDATION, STORIES, 0b260febb04a705a",
        "VALIDATION, RECORDS, f17b57ef664b96e5",
        "TEST, STORIES, 5f342c54c8545a8f",
        "TEST, RECORDS, be515142f633839e",
        "TRAIN, STORIES, d6f9ba1c73b3f652",
        "TRAIN, RECORDS, 8743572bef8cf539",
    })
    void isTheSameBytesEverywhere(Split split, Register register, String digest) {
        assertThat(sha256(DemoCorpus.text(split, register))).isEqualTo(digest);
    }

    @Test
    void splitsShareNoDocument() {
        Set<String> train = new HashSet<>(DemoCorpus.train());
        Set<String> held = new HashSet<>();
        for (Register register : Register.values()) {
            held.addAll(DemoCorpus.documents(Split.VALIDATION, register));
            List<String> test = DemoCorpus.documents(Split.TEST, register);
            assertThat(test).doesNotContainAnyElementsOf(held);
            held.addAll(test);
        }
        assertThat(train).hasSizeGreaterThan(3000).doesNotContainAnyElementsOf(held);
    }

    @ParameterizedTest
    @EnumSource(Register.class)
    void everyDocumentOpensWithTheSystemPromptAndEndsWithAnAnswer(Register register) {
        assertThat(DemoCorpus.documents(Split.TEST, register)).allSatisfy(document -> {
            assertThat(document).startsWith(DemoCorpus.SYSTEM_PROMPT + "\n\n");
            assertThat(document.lines().toList().getLast()).startsWith("A: ").endsWith(".");
        });
    }

    @ParameterizedTest
    @EnumSource(Register.class)
    void everyGrammarValueIsWorkedOut(Register register) {
        assertThat(DemoCorpus.test(register)).doesNotContain("{", "}", "##", "|");
    }

    @ParameterizedTest
    @EnumSource(Register.class)
    void isNoSmallSetOfSentences(Register register) {
        double natsPerCharacter = DemoCorpus.nats(Split.TEST, register)
                / DemoCorpus.test(register).length();

        assertThat(natsPerCharacter).isBetween(0.25, 0.45);
    }

    @Test
    void liesInFilesAsItIs(@TempDir Path folder) throws IOException {
        CorpusFiles.write(folder);

        assertThat(folder.resolve("test-stories.txt")).hasContent(DemoCorpus.test(Register.STORIES));
        assertThat(Files.size(folder.resolve(CorpusFiles.TRAIN))).isGreaterThan(6_000_000);
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
