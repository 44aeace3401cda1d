package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.TinyModels;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Methods §2.7, E1: 1 + rank of the attention received, over its mean. */
class TokenWeightsTest {
    private final NDScope scope = new NDScope();
    private final NDArray none = RUNTIME.manager().create(new Shape(0));

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static TokenWeights weights(Learning.Objective objective) {
        Recipe base = TinyModels.nearest(4);
        Learning learning = new Learning(Set.of(Learning.Space.RANGES), 1, 0.005, 0.0005, 0, objective);
        return new TokenWeights(
                RUNTIME,
                TinyModels.recipe(base.transforms(), base.precision(), base.ranges(), base.rounding(), null, learning),
                4);
    }

    /** One head of two channels; every query is (1, 0), so a key's first channel is its score. */
    private static void attend(BlockObserver observer, int queries, float... scores) {
        float[] q = new float[2 * queries];
        float[] k = new float[2 * scores.length];
        for (int i = 0; i < queries; i++) {
            q[2 * i] = 1;
        }
        for (int i = 0; i < scores.length; i++) {
            k[2 * i] = scores[i];
        }
        observer.attention(
                Tensors.floats(RUNTIME.manager(), q, 1, 1, queries, 2),
                Tensors.floats(RUNTIME.manager(), k, 1, 1, scores.length, 2));
    }

    @Test
    void theMostAttendedTokenCountsTwiceAsMuchAsTheLeast() {
        TokenWeights weights = weights(Learning.Objective.TOKEN_WEIGHTED);
        attend(weights.observer(2), 4, 0, 9, 0, 0);
        float[] found = weights.of(2, none).toFloatArray();
        assertThat(found[1]).isCloseTo(2 / 1.5f, within(1e-6f));
        assertThat(found[3]).isCloseTo(1 / 1.5f, within(1e-6f));
        assertThat(found[0] + found[1] + found[2] + found[3]).isCloseTo(4, within(1e-5f));
        assertThat(weights.of(2, none).getShape()).isEqualTo(new Shape(4, 1));
    }

    /** Attention to a prefix is no token's: it has no loss to weigh. */
    @Test
    void aPrefixTakesNoWeight() {
        TokenWeights weights = weights(Learning.Objective.TOKEN_WEIGHTED);
        attend(weights.observer(0), 3, 20, 20, 1, 5, 1);
        float[] found = weights.of(0, none).toFloatArray();
        assertThat(found).hasSize(3);
        assertThat(found[1]).isGreaterThan(found[0]).isGreaterThan(found[2]);
    }

    @Test
    void eachSampleHasItsOwnAndTheNextBlockReplacesThem() {
        TokenWeights weights = weights(Learning.Objective.TOKEN_WEIGHTED);
        attend(weights.observer(0), 3, 0, 9, 0);
        attend(weights.observer(1), 3, 9, 0, 0);
        assertThat(weights.of(0, none).toFloatArray()[1]).isGreaterThan(1);
        assertThat(weights.of(1, none).toFloatArray()[0]).isGreaterThan(1);
        attend(weights.observer(0), 3, 9, 0, 0);
        assertThat(weights.of(0, none).toFloatArray())
                .isEqualTo(weights.of(1, none).toFloatArray());
    }

    @Test
    void aSingleTokenCountsByOne() {
        TokenWeights weights = weights(Learning.Objective.TOKEN_WEIGHTED);
        attend(weights.observer(0), 1, 3);
        assertThat(weights.of(0, none).toFloatArray()).containsExactly(1);
    }

    @Test
    void underThePlainLossAllCountTheSame() {
        TokenWeights weights = weights(Learning.Objective.MSE);
        assertThat(weights.observer(0)).isSameAs(BlockObserver.NONE);
        assertThat(weights.of(0, none)).isSameAs(none);
    }
}
