package io.bisup.bench.methods;

import io.bisup.contract.Folders;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Calibration;
import io.bisup.data.TextDataset;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import io.bisup.llm.token.Windows;
import io.bisup.measure.WindowCutter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The token ids that {@code methods} of the same options calibrates and measures on, for other programs. */
@Command(
        name = "windows",
        description = "Writes the windows that methods of the same options reads of one model, as JSON: calibration"
                + " windows of seed 0, and evaluation windows by text.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class WindowsCommand implements Callable<Integer> {

    @Mixin
    private CampaignOptions campaign;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "JSON file to write")
    private Path out;

    @Override
    public Integer call() throws IOException {
        Path work = Files.createTempDirectory("bisup-windows");
        try {
            PlannedRow row = campaign.rows(work).getFirst();
            try (Tokenizer tokenizer = Tokenizer.open(row.model())) {
                Files.writeString(
                        out,
                        Json.write(Map.of("calibration", calibration(row, tokenizer), "texts", texts(row, tokenizer))));
            }
        } finally {
            Folders.delete(work);
        }
        return 0;
    }

    private static List<long[]> calibration(PlannedRow row, Tokenizer tokenizer) {
        Calibration windows = row.key().recipe().calibration();
        long[] ids = tokenizer.encode(row.calibration().dataset().text(), SpecialTokens.NEVER);
        return Windows.random(ids, windows.samples(), windows.sequenceLength(), windows.seed());
    }

    private static Map<String, List<long[]>> texts(PlannedRow row, Tokenizer tokenizer) {
        WindowCutter cutter = new WindowCutter(tokenizer, SpecialTokens.DEFAULT);
        Map<String, List<long[]>> texts = new LinkedHashMap<>();
        for (TextFile text : row.evaluation()) {
            TextDataset dataset = text.dataset();
            texts.put(
                    text.id().name(),
                    cutter.cut(dataset, text.id().protocol(), row.key().window())
                            .windows());
        }
        return texts;
    }
}
