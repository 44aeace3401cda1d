package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.ExpectedTensor;
import io.bisup.llm.checkpoint.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** compressed-tensors' {@code int-quantized} and, for integers, {@code naive-quantized}: a signed code a byte. */
record IntQuantized(QuantizationArgs args) implements PackedLayout {
    private static final String CODES = PeerModule.WEIGHT;
    private static final String SCALE = ".weight_scale";
    private static final String ZERO = ".weight_zero_point";

    @Override
    public SequencedMap<String, ExpectedTensor> tensors(PeerModule module) {
        module.requireWholeGroups(args.field() + "group_size", args.group());
        List<Long> scales = isPerTensor() ? List.of(1L) : List.of(module.rows(), args.groups(module.columns()));
        SequencedMap<String, ExpectedTensor> tensors = new LinkedHashMap<>();
        tensors.put(CODES, ExpectedTensor.integers(DType.I8, List.of(module.rows(), module.columns())));
        tensors.put(SCALE, ExpectedTensor.floating(scales));
        if (!args.symmetric()) {
            tensors.put(ZERO, ExpectedTensor.integers(DType.I8, scales));
        }
        return tensors;
    }

    @Override
    public PackedWeight open(PeerModule module, ModuleTensors tensors) {
        int groups = Math.toIntExact(args.groups(module.columns()));
        int rows = Math.toIntExact(module.rows());
        int columns = Math.toIntExact(module.columns());
        MemorySegment codes = tensors.get(CODES).data();
        float[] scales = new float[Math.multiplyExact(rows, groups)];
        int[] zeros = new int[scales.length];
        float[] stored = tensors.get(SCALE).toFloats();
        TensorView points = args.symmetric() ? null : tensors.get(ZERO);
        for (int i = 0; i < scales.length; i++) {
            int at = isPerTensor() ? 0 : i;
            scales[i] = stored[at];
            zeros[i] = points == null ? 0 : points.data().get(ValueLayout.JAVA_BYTE, at);
        }
        return new PackedWeight(
                groups,
                (row, column) -> codes.get(ValueLayout.JAVA_BYTE, (long) row * columns + column),
                scales,
                zeros,
                PackedWeight.neighbours(columns, columns / groups));
    }

    private boolean isPerTensor() {
        return args.strategy() == QuantizationArgs.Strategy.TENSOR;
    }
}
