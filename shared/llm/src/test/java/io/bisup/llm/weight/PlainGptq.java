package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * GPTQ as its paper has it (arXiv 2210.17323, equations 2 and 3), in double precision and without blocks: each column's error moves
 * into those left by the inverse of their second moments, from which the column is then eliminated. Scales are those of the weight
 * as it was.
 */
final class PlainGptq {
    private final int rows;
    private final int columns;
    private final WeightGrid grid;
    private final double[][] weight;
    private final double[][] steps;
    private final double[][] zeros;
    private final double[][] inverse;
    private final float[] gram;

    PlainGptq(TensorRuntime runtime, WeightGrid grid, NDArray weight, SecondMoments moments, double damping) {
        this.rows = Math.toIntExact(weight.getShape().get(0));
        this.columns = Math.toIntExact(weight.getShape().get(1));
        this.grid = grid;
        this.weight = matrix(weight.toFloatArray(), rows);
        this.steps = new double[rows][columns];
        this.zeros = new double[rows][columns];
        this.gram = moments.gram().toFloatArray();
        scales(runtime, weight);
        double[][] h = matrix(gram, columns);
        double ridge =
                IntStream.range(0, columns).mapToDouble(i -> h[i][i]).average().orElseThrow() * damping;
        for (int i = 0; i < columns; i++) {
            h[i][i] += ridge;
        }
        this.inverse = inverse(h);
    }

    private static double[][] matrix(float[] values, int rows) {
        int width = values.length / rows;
        double[][] matrix = new double[rows][width];
        for (int i = 0; i < values.length; i++) {
            matrix[i / width][i % width] = values[i];
        }
        return matrix;
    }

    private void scales(TensorRuntime runtime, NDArray whole) {
        WeightKernels kernels = new WeightKernels(runtime);
        int first = 0;
        for (WeightGrid.Segment segment : grid.segments()) {
            if (segment.format().quantizes()) {
                WeightKernels.Scales found = kernels.scales(kernels.columns(whole, first, segment.columns()), segment);
                Tiling tiling = Tiling.of(segment.format(), rows, segment.columns());
                spread(found.scales().toFloatArray(), found, tiling, first, segment.columns(), steps);
                spread(found.zeros().toFloatArray(), found, tiling, first, segment.columns(), zeros);
            }
            first += segment.columns();
        }
    }

    private void spread(
            float[] values, WeightKernels.Scales shape, Tiling tiling, int first, int count, double[][] into) {
        int groups = Math.toIntExact(shape.scales().getShape().get(1));
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < count; column++) {
                into[row][first + column] = values[row / tiling.rows() * groups + column / tiling.columns()];
            }
        }
    }

    /** Gauss and Jordan's, of a positive definite matrix. */
    private static double[][] inverse(double[][] matrix) {
        int n = matrix.length;
        double[][] work = new double[n][];
        for (int i = 0; i < n; i++) {
            work[i] = Arrays.copyOf(matrix[i], 2 * n);
            work[i][n + i] = 1;
        }
        for (int pivot = 0; pivot < n; pivot++) {
            double by = work[pivot][pivot];
            for (int j = 0; j < 2 * n; j++) {
                work[pivot][j] /= by;
            }
            for (int i = 0; i < n; i++) {
                double factor = work[i][pivot];
                for (int j = 0; i != pivot && j < 2 * n; j++) {
                    work[i][j] -= factor * work[pivot][j];
                }
            }
        }
        return Arrays.stream(work).map(row -> Arrays.copyOfRange(row, n, 2 * n)).toArray(double[][]::new);
    }

    /** The dequantized weight, row by row. */
    float[] rounded(boolean byActivation) {
        for (int column : order(byActivation)) {
            if (steps[0][column] != 0) {
                round(column);
            }
            eliminate(column);
        }
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) weight[i / columns][i % columns];
        }
        return values;
    }

    private int[] order(boolean byActivation) {
        int[] order = new int[columns];
        int first = 0;
        for (WeightGrid.Segment segment : grid.segments()) {
            int end = first + segment.columns();
            int[] part = IntStream.range(first, end)
                    .boxed()
                    .sorted((a, b) ->
                            byActivation ? Float.compare(gram[b * columns + b], gram[a * columns + a]) : a - b)
                    .mapToInt(Integer::intValue)
                    .toArray();
            System.arraycopy(part, 0, order, first, part.length);
            first = end;
        }
        return order;
    }

    private void round(int column) {
        int levels = (1 << segment(column).format().bits()) - 1;
        for (int row = 0; row < rows; row++) {
            double step = steps[row][column];
            double zero = zeros[row][column];
            double code = Math.clamp(Math.rint(weight[row][column] / step) + zero, 0, levels);
            double error = (weight[row][column] - (code - zero) * step) / inverse[column][column];
            weight[row][column] = (code - zero) * step;
            for (int other = 0; other < columns; other++) {
                weight[row][other] -= other == column ? 0 : error * inverse[column][other];
            }
        }
    }

    private WeightGrid.Segment segment(int column) {
        int end = 0;
        for (WeightGrid.Segment segment : grid.segments()) {
            end += segment.columns();
            if (column < end) {
                return segment;
            }
        }
        throw new IllegalArgumentException("no column " + column);
    }

    /** Takes a column out of the inverse, whose row and column of it are zero from here on. */
    private void eliminate(int column) {
        double[] across = inverse[column].clone();
        for (int i = 0; i < columns; i++) {
            double factor = across[i] / across[column];
            for (int j = 0; j < columns; j++) {
                inverse[i][j] -= factor * across[j];
            }
        }
    }
}
