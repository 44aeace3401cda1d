package io.bisup.quantize.stage.lowrank;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The input channels that are large in activation and weight: their activations are smoothed, and their weights leave the codes
 * for the low-rank branch (ASER §3.3; methods §5.1, 5).
 *
 * @param channels in ascending order
 * @param width all input channels
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record OutlierChannels(int[] channels, int width) {

    /**
     * The channels with the largest products of activation and weight; of equal ones the first.
     *
     * @param activations a magnitude of each channel's activations, such as the mean of |x|
     * @param weights the same of each channel's weights
     * @param count how many; all if there are fewer
     */
    public static OutlierChannels select(double[] activations, double[] weights, int count) {
        if (activations.length != weights.length || count < 0) {
            throw new IllegalArgumentException(count + " outliers of " + activations.length + " activations and "
                    + weights.length + " weights; give one of each per channel");
        }
        int[] channels = IntStream.range(0, activations.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -activations[i] * weights[i]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
        return new OutlierChannels(channels, activations.length);
    }

    /**
     * Factors to divide activations by and multiply weights with: an outlier's magnitude over that of the smallest outlier, and 1
     * for the other channels.
     *
     * @param activations as for {@link #select}
     */
    public double[] smoothing(double... activations) {
        double least = Arrays.stream(channels)
                .mapToDouble(channel -> activations[channel])
                .filter(value -> value > 0)
                .min()
                .orElse(1);
        double[] factors = new double[width];
        Arrays.fill(factors, 1);
        for (int channel : channels) {
            factors[channel] = Math.max(activations[channel], least) / least;
        }
        return factors;
    }

    /**
     * The part of a weight that is turned into codes: outlier columns are 0, so no scale has to span them. What the branch has to
     * give back is the whole weight less the codes' values.
     *
     * @param weight [out, in]
     */
    public NDArray without(Kernels kernels, NDManager manager, NDArray weight) {
        if (channels.length == 0) {
            return weight.duplicate();
        }
        return Tensors.inScope(() -> kernels.call(
                "aser_without",
                weight,
                Tensors.longs(manager, IntStream.of(channels).asLongStream().toArray(), channels.length)));
    }
}
