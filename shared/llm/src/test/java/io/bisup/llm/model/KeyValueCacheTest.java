package io.bisup.llm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In float64, where the order of sums shows only below 1e-10. */
class KeyValueCacheTest {
    private static final int TIME = 24;
    private final TensorRuntime runtime = TestDevice.runtime();
    private final NDScope scope = new NDScope();
    private final long[] ids = RandomModel.ids(TIME);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource
    void tokensInPiecesGiveTheLogitsOfTheWholeSequence(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 3);
        try (LanguageModel model = RandomModel.open(runtime, config, DataType.FLOAT64);
                KeyValueCache cache = model.newCache()) {
            double[] whole = model.forward(ids).toDoubleArray();
            int[] cuts = {0, 7, 8, 13, 14, TIME};
            for (int i = 0; i + 1 < cuts.length; i++) {
                NDArray piece = model.forward(Arrays.copyOfRange(ids, cuts[i], cuts[i + 1]), cache);
                double[] expected =
                        Arrays.copyOfRange(whole, cuts[i] * config.vocabSize(), cuts[i + 1] * config.vocabSize());
                assertThat(distance(piece.toDoubleArray(), expected)).isLessThan(1e-10);
            }
            assertThat(cache.length()).isEqualTo(TIME);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPrefixInTheCacheEqualsItsTokensInFrontAndAWrongOffsetIsSeen(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 3);
        long[] prefix = Arrays.copyOf(ids, 5);
        long[] rest = Arrays.copyOfRange(ids, 5, TIME);
        try (LanguageModel plain = RandomModel.open(runtime, config, DataType.FLOAT64)) {
            List<KeyValues> keyValues = plain.keyValues(prefix);
            double[] whole = plain.forward(ids).toDoubleArray();
            double[] expected = Arrays.copyOfRange(whole, 5 * config.vocabSize(), whole.length);
            assertThat(distance(withWrongOffset(config, rest, keyValues), expected))
                    .isGreaterThan(1e-2);
            LanguageModel behind = RandomModel.behind(runtime, config, DataType.FLOAT64, keyValues);
            assertThat(distance(behind.forward(rest).toDoubleArray(), expected)).isLessThan(1e-10);
            TokenScores scores = behind.score(List.of(rest)).getFirst();
            TokenScores wholeScores = plain.score(List.of(ids)).getFirst();
            assertThat(distance(
                            scores.logProbabilities(), Arrays.copyOfRange(wholeScores.logProbabilities(), 5, TIME - 1)))
                    .isLessThan(1e-10);
            behind.close();
        }
    }

    /** Logits of tokens whose first position is taken to be 0 although a prefix precedes them. */
    private double[] withWrongOffset(DecoderConfig config, long[] tokens, List<KeyValues> prefix) {
        try (LanguageModel model = RandomModel.open(runtime, config, DataType.FLOAT64);
                RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT64)) {
            NDArray hidden = model.embed(tokens);
            for (int layer = 0; layer < config.layers(); layer++) {
                try (DecoderBlock block = RandomModel.block(runtime, config, layer, DataType.FLOAT64)) {
                    AttentionContext right = AttentionContext.of(prefix.get(layer));
                    hidden = block.forward(runtime.kernels(), hidden, rotary, withLengthZero(right));
                }
            }
            return model.logits(hidden).toDoubleArray();
        }
    }

    private static AttentionContext withLengthZero(AttentionContext context) {
        return new AttentionContext() {
            @Override
            public long length() {
                return 0;
            }

            @Override
            public KeyValues extend(KernelCalls kernels, KeyValues fresh) {
                return context.extend(kernels, fresh);
            }
        };
    }

    private static double distance(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
        }
        return largest;
    }
}
