package io.bisup.demo.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Seeded initial weights: normal, with the projections into the residual stream scaled down by the root of their number.
 *
 * <p>Large models grow a few channels whose activations are many times the others', which is what makes them hard to
 * quantize. So that a small model has them too, four channels of each block norm start with a larger gain, and the weights
 * that read them start smaller by as much: the function at the start is the same, the training does the rest.
 */
final class Initialization {
    private static final double EMBEDDING_DEVIATION = 0.03;
    private static final int OUTLIER_CHANNELS = 4;
    private static final float OUTLIER_GAIN = 5;
    private static final Set<BlockTensor> READ_NORMED =
            Set.of(BlockTensor.QUERY, BlockTensor.KEY, BlockTensor.VALUE, BlockTensor.GATE, BlockTensor.UP);

    private final DecoderConfig config;
    private final SplittableRandom random;
    private final Set<Integer> outliers = new HashSet<>();

    private Initialization(DecoderConfig config, long seed) {
        this.config = config;
        this.random = new SplittableRandom(seed);
        while (outliers.size() < OUTLIER_CHANNELS) {
            outliers.add(random.nextInt(config.hiddenSize()));
        }
    }

    /** Every parameter of the model by its Hugging Face name, outside of any scope. */
    static Map<String, NDArray> parameters(DecoderConfig config, long seed, NDManager manager) {
        Map<String, float[]> values = new Initialization(config, seed).values();
        Map<String, NDArray> parameters = new LinkedHashMap<>();
        ModelTensors.expected(config).forEach((name, shape) -> {
            long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
            NDArray array = Tensors.floats(manager, values.getOrDefault(name, new float[0]), dimensions);
            NDScope.unregister(array);
            array.setName(name);
            parameters.put(name, array);
        });
        return parameters;
    }

    private Map<String, float[]> values() {
        Map<String, float[]> values = new LinkedHashMap<>();
        int hidden = config.hiddenSize();
        values.put(ModelTensors.EMBEDDING, normal(config.vocabSize() * hidden, EMBEDDING_DEVIATION));
        for (int layer = 0; layer < config.layers(); layer++) {
            for (BlockTensor tensor : BlockTensor.of(config)) {
                values.put(tensor.name(layer), block(tensor));
            }
        }
        values.put(ModelTensors.FINAL_NORM, ones(hidden));
        return values;
    }

    private float[] block(BlockTensor tensor) {
        List<Long> shape = tensor.shape(config);
        if (shape.size() == 1) {
            float[] gains = ones(Math.toIntExact(shape.getFirst()));
            outliers.forEach(channel -> gains[channel] = OUTLIER_GAIN);
            return gains;
        }
        int columns = Math.toIntExact(shape.getLast());
        boolean toResidual = tensor == BlockTensor.OUTPUT || tensor == BlockTensor.DOWN;
        double deviation = Math.sqrt(1.0 / columns / (toResidual ? 2.0 * config.layers() : 1));
        float[] weights = normal(Math.toIntExact(shape.getFirst()) * columns, deviation);
        if (READ_NORMED.contains(tensor)) {
            shrinkOutlierColumns(weights, columns);
        }
        return weights;
    }

    private void shrinkOutlierColumns(float[] weights, int columns) {
        for (int row = 0; row < weights.length; row += columns) {
            for (int channel : outliers) {
                weights[row + channel] /= OUTLIER_GAIN;
            }
        }
    }

    private float[] normal(int count, double deviation) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
