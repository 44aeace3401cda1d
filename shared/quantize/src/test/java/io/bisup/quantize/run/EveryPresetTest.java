package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.BlockReport;
import io.bisup.contract.Digests;
import io.bisup.contract.Presets;
import io.bisup.llm.config.Architecture;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** B4 and B5 for everything that ships: two blocks, two short windows, a prefix. */
class EveryPresetTest {
    @TempDir
    Path folder;

    static Stream<String> presets() {
        return Presets.load().all().stream().map(preset -> preset.recipe().name());
    }

    private record Outcome(List<Path> shards, List<BlockReport> reports) {
        List<String> digests() throws IOException {
            List<String> digests = new ArrayList<>();
            for (Path shard : shards) {
                digests.add(Digests.sha256(Files.readAllBytes(shard)));
            }
            return digests;
        }
    }

    private Outcome run(String preset, List<Path> finished) throws IOException {
        QuantizationInput input =
                TinyModels.input(TinyModels.config(Architecture.QWEN2, 2), TinyModels.preset(preset), 2, 2, 16);
        Outcome outcome = new Outcome(new ArrayList<>(finished), new ArrayList<>());
        new ModelRun(RUNTIME, input, Control.NONE)
                .run(Files.createTempDirectory(folder, "run"), finished, (shard, report) -> {
                    outcome.shards.add(shard);
                    outcome.reports.add(report);
                });
        return outcome;
    }

    /** The second block is computed twice: by the whole run, and by one that starts behind the first block. */
    @ParameterizedTest
    @MethodSource("presets")
    void theSameSeedGivesTheSameBytesWholeOrResumed(String preset) throws IOException {
        Outcome whole = run(preset, List.of());
        assertThat(whole.reports())
                .hasSize(2)
                .allSatisfy(report ->
                        assertThat(report.relativeError()).isPositive().isLessThan(1));
        Outcome resumed = run(preset, whole.shards().subList(0, 1));
        assertThat(resumed.reports()).hasSize(1);
        assertThat(resumed.digests()).isEqualTo(whole.digests());
    }
}
