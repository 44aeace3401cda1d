package io.bisup.llm.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Rotations;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How keys and values are stored: two heads of 16. */
class CachePathTest {
    private static final Format EXACT = Format.integer(16, true, new Scope.Head());
    private static final Format INT3 = Format.integer(3, false, new Scope.Head());

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();
    private final NDArray none = runtime.manager().create(new Shape(0));
    private final Random random = new Random(4);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private CachePath path(
            Format keys, Format values, boolean before, @Nullable NDArray offset, @Nullable ChannelMap rotation) {
        return new CachePath(keys, values, before, offset, rotation, none, none);
    }

    private NDArray stored(@Nullable NDArray offset, @Nullable ChannelMap rotation, NDArray keys) {
        return path(INT3, EXACT, true, offset, rotation).keysBeforeRope(kernels, keys);
    }

    private static double error(NDArray actual, NDArray expected) {
        return actual.sub(expected).square().mean().getFloat();
    }

    /** Each place stores, the other passes on the same tensor. */
    @Test
    void keysAreStoredOnce() {
        NDArray keys = Gaussians.floats(random, 1, 2, 5, 16);
        CachePath before = path(INT3, INT3, true, null, null);
        CachePath after = path(INT3, INT3, false, null, null);
        assertThat(before.keysAfterRope(kernels, keys)).isSameAs(keys);
        assertThat(after.keysBeforeRope(kernels, keys)).isSameAs(keys);
        assertThat(before.keysBeforeRope(kernels, keys).toFloatArray())
                .isEqualTo(after.keysAfterRope(kernels, keys).toFloatArray())
                .isNotEqualTo(keys.toFloatArray());
    }

    /** At 16 bits the place changes nothing but the last bits of offset and rotation. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void atSixteenBitsThePlaceDoesNotMatter(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        NDArray x = Gaussians.floats(random, 1, 20, 64);
        RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT32);
        NDArray offset = Gaussians.floats(random, 1, 2, 1, 16).mul(2f);
        DecoderBlock trained = RandomModel.block(runtime, config, 0, DataType.FLOAT32);
        NDArray expected = trained.forward(kernels, x, rotary, AttentionContext.EMPTY);
        try (ChannelMap rotation = new Rotations(runtime).online(16, 0)) {
            for (boolean before : new boolean[] {true, false}) {
                DecoderBlock.Parts parts = trained.parts();
                DecoderBlock block = new DecoderBlock(new DecoderBlock.Parts(
                        config,
                        parts.norms(),
                        parts.linears(),
                        parts.inputs(),
                        path(EXACT, EXACT, before, offset, rotation),
                        parts.window(),
                        false));
                NDArray actual = block.forward(kernels, x, rotary, AttentionContext.EMPTY);
                assertThat(actual.sub(expected).abs().max().getFloat())
                        .isLessThan(1e-5f * expected.abs().max().getFloat());
            }
        }
    }

    /** What the offset is for: a constant far from zero costs no codes. */
    @Test
    void aConstantThatIsTakenOutCostsNothing() {
        NDArray constant = Gaussians.floats(random, 1, 2, 1, 16).mul(10f);
        NDArray varying = Gaussians.floats(random, 1, 2, 50, 16).mul(0.1f);
        NDArray keys = varying.add(constant);
        double with = error(stored(constant, null, keys), keys);
        double plain = error(stored(null, null, varying), varying);
        assertThat(with).isCloseTo(plain, within(0.01 * plain));
        assertThat(error(stored(null, null, keys), keys)).isGreaterThan(100 * with);
    }

    /** What the rotation is for: one large channel no longer sets the step of all others. */
    @Test
    void aRotationSpreadsALargeChannel() {
        float[] magnitudes = new float[16];
        Arrays.fill(magnitudes, 1);
        magnitudes[5] = 20;
        NDArray keys = Gaussians.floats(random, 1, 2, 100, 16).mul(Tensors.floats(runtime.manager(), magnitudes, 16));
        try (ChannelMap rotation = new Rotations(runtime).online(16, 0)) {
            NDArray plain = stored(null, null, keys);
            NDArray turned = stored(null, rotation, keys);
            assertThat(small(turned, keys)).isLessThan(0.8 * small(plain, keys));
        }
    }

    /** Squared error of the channels that are not large. */
    private static double small(NDArray actual, NDArray expected) {
        return error(actual.get(":, :, :, :5"), expected.get(":, :, :, :5"));
    }

    /** One scale per head and token: a loud head or token does not touch the others. */
    @Test
    void headsAndTokensAreStoredApart() {
        NDArray keys = Gaussians.floats(random, 1, 2, 6, 16);
        NDArray loud = keys.duplicate();
        loud.set(new NDIndex("0, 1, 3"), 1000);
        NDArray quiet = stored(null, null, keys);
        NDArray mixed = stored(null, null, loud);
        assertThat(mixed.get("0, 0").toFloatArray()).isEqualTo(quiet.get("0, 0").toFloatArray());
        assertThat(mixed.get("0, 1, :3").toFloatArray())
                .isEqualTo(quiet.get("0, 1, :3").toFloatArray());
        assertThat(mixed.get("0, 1, 4:").toFloatArray())
                .isEqualTo(quiet.get("0, 1, 4:").toFloatArray());
    }

    /** A head's clip factor is its own. */
    @Test
    void clipFactorsAreThoseOfTheirHead() {
        NDArray values = Gaussians.floats(random, 1, 2, 40, 16);
        NDArray clips = Tensors.floats(runtime.manager(), new float[] {1, 0.5f}, 2, 1, 1);
        CachePath path = new CachePath(EXACT, INT3, false, null, null, none, clips);
        NDArray clipped = path.values(kernels, values);
        NDArray full = path(EXACT, INT3, false, null, null).values(kernels, values);
        assertThat(clipped.get("0, 0").toFloatArray())
                .isEqualTo(full.get("0, 0").toFloatArray());
        assertThat(clipped.get("0, 1").abs().max().getFloat())
                .isLessThan(0.75f * full.get("0, 1").abs().max().getFloat());
    }

    /** Methods §2.2: what precedes is never stored again, so the error of its keys and values is exactly zero. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPrefixStaysExact(boolean before) {
        DecoderConfig config = RandomModel.config(Architecture.LLAMA, 1);
        KeyValues prefix = new KeyValues(
                Gaussians.floats(random, 1, 2, 4, 16).mul(3f),
                Gaussians.floats(random, 1, 2, 4, 16).mul(3f));
        DecoderBlock trained = RandomModel.block(runtime, config, 0, DataType.FLOAT32);
        DecoderBlock.Parts parts = trained.parts();
        DecoderBlock block = new DecoderBlock(new DecoderBlock.Parts(
                config,
                parts.norms(),
                parts.linears(),
                parts.inputs(),
                path(INT3, INT3, before, null, null),
                parts.window(),
                false));
        RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT32);
        block.forward(
                kernels, Gaussians.floats(random, 1, 6, 64), rotary, AttentionContext.of(prefix), new BlockObserver() {
                    @Override
                    public void attention(NDArray queries, NDArray keys) {
                        assertThat(keys.getShape().getShape()).containsExactly(1, 2, 10, 16);
                        assertThat(keys.get(":, :, :4").toFloatArray())
                                .isEqualTo(prefix.keys().toFloatArray());
                    }
                });
    }
}
