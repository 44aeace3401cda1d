package io.bisup.llm.peer;

import io.bisup.llm.block.BlockSites;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.model.RandomModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Random codes, scales and zero points of every linear layer of a small Llama, written once in a peer's format and once dequantized:
 * two folders of one model.
 */
final class PeerCheckpoint {

    /** How one layer's numbers are stored. */
    @FunctionalInterface
    interface Writer {
        List<TensorSource> tensors(String module, Numbers numbers);
    }

    /**
     * A layer's numbers: w[r][c] = (code[r][c] − zero[r][group[c]]) · scale[r][group[c]].
     *
     * @param scales float16 numbers that are bfloat16 numbers as well
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Numbers(int[][] codes, int[][] zeros, float[][] scales, int[] group) {
        int rows() {
            return codes.length;
        }

        int columns() {
            return group.length;
        }

        int groups() {
            return scales[0].length;
        }

        float[] weight() {
            float[] weight = new float[rows() * columns()];
            for (int row = 0; row < rows(); row++) {
                for (int column = 0; column < columns(); column++) {
                    int g = group[column];
                    weight[row * columns() + column] = (codes[row][column] - zeros[row][g]) * scales[row][g];
                }
            }
            return weight;
        }
    }

    static final DecoderConfig CONFIG = RandomModel.config(Architecture.LLAMA, 2);

    private final int bits;
    private final boolean symmetric;
    private final int groupSize;
    private boolean ordered;

    /** @param groupSize 0: one group a row */
    PeerCheckpoint(int bits, boolean symmetric, int groupSize) {
        this.bits = bits;
        this.symmetric = symmetric;
        this.groupSize = groupSize;
    }

    /** Groups hold channels that are no neighbours. */
    PeerCheckpoint ordered() {
        ordered = true;
        return this;
    }

    /** Writes the folder {@code packed} with the given quantization_config, and {@code plain} with the same model dequantized. */
    void write(Path folder, String quantizationConfig, Writer writer) throws IOException {
        List<TensorSource> packed = new ArrayList<>();
        List<TensorSource> plain = new ArrayList<>();
        ModelTensors.expected(CONFIG).forEach((name, shape) -> {
            if (isLinear(name)) {
                Numbers numbers =
                        numbers(name, shape.get(0).intValue(), shape.get(1).intValue());
                packed.addAll(writer.tensors(PeerModule.withoutSuffix(name), numbers));
                plain.add(floats(name, shape, numbers.weight()));
            } else {
                float[] values = values(name, shape);
                packed.add(floats(name, shape, values));
                plain.add(floats(name, shape, values));
            }
        });
        write(folder.resolve("packed"), ", \"quantization_config\": " + quantizationConfig, packed);
        write(folder.resolve("plain"), "", plain);
    }

    private static void write(Path folder, String more, List<TensorSource> tensors) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config(more));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), SafetensorsWriter.FORMAT_PT, tensors);
    }

    /** A config.json of the model, with further fields. */
    static String config(String more) {
        return """
                {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 128, "vocab_size": 97, "rms_norm_eps": 1e-6,
                 "max_position_embeddings": 256%s}""".formatted(more);
    }

    private static boolean isLinear(String name) {
        return BlockSites.LINEARS.stream().map(BlockTensor::suffix).anyMatch(name::endsWith);
    }

    private Numbers numbers(String name, int rows, int columns) {
        Random random = new Random(name.hashCode());
        int size = groupSize == 0 ? columns : groupSize;
        int groups = columns / size;
        int[] group = IntStream.range(0, columns).map(i -> i / size).toArray();
        if (ordered) {
            shuffle(group, random);
        }
        int levels = 1 << bits;
        int[][] codes = new int[rows][];
        int[][] zeros = new int[rows][];
        float[][] scales = new float[rows][groups];
        for (int row = 0; row < rows; row++) {
            codes[row] = random.ints(columns, 0, levels).toArray();
            zeros[row] = symmetric
                    ? IntStream.generate(() -> levels / 2).limit(groups).toArray()
                    : random.ints(groups, 0, levels).toArray();
            for (int g = 0; g < groups; g++) {
                scales[row][g] = (128 + random.nextInt(128)) / (1024f * levels);
            }
        }
        return new Numbers(codes, zeros, scales, group);
    }

    private static void shuffle(int[] values, Random random) {
        for (int i = values.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = values[i];
            values[i] = values[other];
            values[other] = kept;
        }
    }

    private static float[] values(String name, List<Long> shape) {
        Random random = new Random(name.hashCode());
        float[] values = new float[Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (shape.size() == 1 ? 1 + 0.1 * random.nextGaussian() : 0.3 * random.nextGaussian());
        }
        return values;
    }

    static TensorSource floats(String name, List<Long> shape, float[] values) {
        return TensorSource.of(name, DType.F32, shape, MemorySegment.ofArray(values));
    }

    static TensorSource words(String name, int[][] words) {
        int[] flat = Arrays.stream(words).flatMapToInt(Arrays::stream).toArray();
        return TensorSource.of(
                name, DType.I32, List.of((long) words.length, (long) words[0].length), MemorySegment.ofArray(flat));
    }

    static TensorSource halves(String name, float[][] values) {
        short[] flat = new short[values.length * values[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = Float.floatToFloat16(values[i / values[0].length][i % values[0].length]);
        }
        return TensorSource.of(
                name, DType.F16, List.of((long) values.length, (long) values[0].length), MemorySegment.ofArray(flat));
    }

    static int[][] transposed(int[][] matrix) {
        return IntStream.range(0, matrix[0].length)
                .mapToObj(column ->
                        Arrays.stream(matrix).mapToInt(row -> row[column]).toArray())
                .toArray(int[][]::new);
    }

    static float[][] transposed(float[][] matrix) {
        float[][] turned = new float[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < turned.length; j++) {
                turned[j][i] = matrix[i][j];
            }
        }
        return turned;
    }

    /** Every row packed by itself. */
    static int[][] packed(int[][] numbers, int bits) {
        return Arrays.stream(numbers).map(row -> BitStrings.pack(row, bits)).toArray(int[][]::new);
    }
}
