package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The example of docs/add-a-method.md: what it claims, and that the page shows this code. */
class ScaleSearchStageTest {
    private static final int STEPS = 20;

    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** Weights at three bits in groups of 32, rounded to nearest; the stage at the place of a transform. */
    private static TinyBlock block(Architecture architecture, int grid) {
        Precision precision = new Precision(
                Format.integer(3, true, Scope.columns(32)), Format.exact(), CacheFormat.exact(), null, Map.of());
        TinyBlock block = new TinyBlock(
                TinyModels.recipe(List.of(), precision, Ranges.FULL, new Rounding.Nearest(), null, null),
                TinyModels.config(architecture, 1));
        Applied.to(
                block,
                new ScaleSearchStage(grid),
                new WeightRangeStage(new Range.Full()),
                new RoundStage(new Rounding.Nearest()));
        return block;
    }

    private static DecoderBlockWeights stored(TinyBlock block) {
        Map<BlockTensor, NDArray> weights =
                new EnumMap<>(block.operands().weights().tensors());
        block.draft()
                .rounded()
                .forEach((linear, codes) ->
                        weights.put(linear, codes.dequantize(block.work().runtime())));
        return new DecoderBlockWeights(weights);
    }

    private static double error(TinyBlock block) {
        return TinyBlock.error(block.quantized(0, stored(block)), block.expected(0, BlockObserver.NONE));
    }

    /** Steps of 1/20 find the channels that matter, and the scales leave the function as it is. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void theSearchLowersTheErrorOfRounding(Architecture architecture) {
        try (TinyBlock nearest = block(architecture, 0);
                TinyBlock searched = block(architecture, STEPS)) {
            assertThat(error(searched)).isLessThan(0.9 * error(nearest));
            assertThat(TinyBlock.relative(
                            searched.unrounded(0, BlockObserver.NONE), searched.expected(0, BlockObserver.NONE)))
                    .isLessThan(1e-5);
        }
    }

    /** ρ = 0 alone is rounding to nearest. */
    @Test
    void withoutStepsItIsRoundingToNearest() {
        try (TinyBlock block = block(Architecture.LLAMA, 0)) {
            DecoderBlockWeights nearest =
                    block.work().planned().roundedToNearest(0, block.work().kernels(), block.operands());
            DecoderBlockWeights stored = stored(block);
            for (BlockTensor linear : BlockSites.LINEARS) {
                assertThat(stored.get(linear).toFloatArray())
                        .as("%s", linear)
                        .isEqualTo(nearest.get(linear).toFloatArray());
            }
        }
    }

    /** The listing is the class that ran above, and the table counts its lines. */
    @Test
    void thePageShowsTheCodeThatRuns() throws IOException {
        String page = Files.readString(Path.of("../../docs/add-a-method.md"));
        String source = Files.readString(Path.of("src/test/java/io/bisup/quantize/stage/ScaleSearchStage.java"));
        String code = source.substring(source.indexOf("/** AWQ"));
        assertThat(page).contains("```java\n" + code + "```");
        Matcher row = Pattern.compile("`quantize/stage/ScaleSearchStage.java` \\|.*\\| (\\d+) \\|")
                .matcher(page);
        assertThat(row.find()).isTrue();
        assertThat(Long.parseLong(row.group(1)))
                .isEqualTo(code.lines().filter(line -> !line.isBlank()).count());
        int sum = Pattern.compile("(?m)^\\| \\d .*\\| (\\d+) \\|$")
                .matcher(page)
                .results()
                .mapToInt(each -> Integer.parseInt(each.group(1)))
                .sum();
        assertThat(sum).isLessThan(100);
        assertThat(page).contains(sum + " lines");
    }
}
