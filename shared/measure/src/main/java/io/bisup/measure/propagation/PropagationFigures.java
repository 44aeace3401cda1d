package io.bisup.measure.propagation;

import io.bisup.contract.PropagationResult.Bin;
import io.bisup.contract.PropagationResult.Block;
import io.bisup.contract.PropagationResult.Horizontal;
import io.bisup.contract.PropagationResult.Spread;
import io.bisup.measure.propagation.HorizontalPass.BlockMap;
import io.bisup.measure.propagation.VerticalPass.BlockErrors;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** What the passes found as results tell it. */
public final class PropagationFigures {

    /** A map of many blocks has thousands of figures, and nobody reads more of them. */
    private static final MathContext DIGITS = new MathContext(4);

    private PropagationFigures() {}

    /** The vertical errors of each block. */
    public static List<Block> blocks(List<BlockErrors> found) {
        List<Block> blocks = new ArrayList<>();
        for (BlockErrors errors : found) {
            double others = Arrays.stream(errors.positions()).skip(1).average().orElse(0);
            blocks.add(new Block(blocks.size(), errors.positions()[0], others, errors.linears()));
        }
        return blocks;
    }

    /** The error of each position behind the last block. */
    public static List<Double> positions(List<BlockErrors> found) {
        return Arrays.stream(found.getLast().positions()).boxed().toList();
    }

    /** The attention that each position receives, mean over the blocks. */
    public static List<Double> received(List<BlockErrors> found) {
        return mean(found.stream().map(BlockErrors::received).toList());
    }

    /** The horizontal map of each block and their mean. */
    public static Horizontal horizontal(
            List<BlockErrors> vertical, List<BlockMap> horizontal, List<Bin> bins, int windows) {
        List<Spread> blocks = new ArrayList<>();
        for (int i = 0; i < horizontal.size(); i++) {
            blocks.add(spread(vertical.get(i).received(), horizontal.get(i), bins));
        }
        List<double[]> received = vertical.stream().map(BlockErrors::received).toList();
        double[] mean = mean(received).stream().mapToDouble(Double::doubleValue).toArray();
        return new Horizontal(windows, bins, spread(mean, mean(horizontal, bins.size()), bins), blocks);
    }

    private static Spread spread(double[] received, BlockMap map, List<Bin> bins) {
        return new Spread(
                bins.stream()
                        .map(bin -> rounded(Arrays.stream(received, bin.first(), bin.last() + 1)
                                .average()
                                .orElse(0)))
                        .toList(),
                rounded(map.later()),
                Arrays.stream(map.map()).map(PropagationFigures::rounded).toList());
    }

    private static BlockMap mean(List<BlockMap> maps, int size) {
        double[] later = doubles(mean(maps.stream().map(BlockMap::later).toList()));
        double[][] rows = IntStream.range(0, size)
                .mapToObj(row ->
                        doubles(mean(maps.stream().map(map -> map.map()[row]).toList())))
                .toArray(double[][]::new);
        return new BlockMap(later, rows);
    }

    private static List<Double> mean(List<double[]> rows) {
        return IntStream.range(0, rows.getFirst().length)
                .mapToObj(
                        i -> rows.stream().mapToDouble(row -> row[i]).average().orElse(0))
                .toList();
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(Objects::requireNonNull).toArray();
    }

    private static List<Double> rounded(double[] values) {
        return Arrays.stream(values).mapToObj(PropagationFigures::rounded).toList();
    }

    /** A figure that is none, as of a model with infinite weights, is told as it is. */
    private static Double rounded(double value) {
        return Double.isFinite(value)
                ? Double.valueOf(new BigDecimal(value, DIGITS).doubleValue())
                : Double.valueOf(value);
    }
}
