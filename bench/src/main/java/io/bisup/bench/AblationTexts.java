package io.bisup.bench;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.data.TextDataset;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an ablation calibrates on and measures on; the two share no document.
 *
 * @param systemPrompt text of the prefix; null for BOS
 */
record AblationTexts(
        String calibration,
        TextDataset evaluation,
        @Nullable String systemPrompt) {

    /** The demo corpus: training documents, and the validation documents of both registers. */
    static AblationTexts demo() {
        List<String> validation = Stream.of(Register.values())
                .flatMap(register -> DemoCorpus.documents(Split.VALIDATION, register).stream())
                .toList();
        return new AblationTexts(
                String.join("\n\n", DemoCorpus.train().subList(0, 2_000)),
                new TextDataset(
                        "demo-validation",
                        Digests.sha256(String.join("\n", validation)),
                        DatasetFormat.JSONL,
                        validation),
                DemoCorpus.SYSTEM_PROMPT);
    }

    static AblationTexts files(Path calibration, Path evaluation, @Nullable String systemPrompt) throws IOException {
        return new AblationTexts(
                Files.readString(calibration),
                TextDataset.read(
                        evaluation,
                        String.valueOf(evaluation.getFileName()),
                        DatasetFormat.ofFileName(evaluation.toString())),
                systemPrompt);
    }
}
