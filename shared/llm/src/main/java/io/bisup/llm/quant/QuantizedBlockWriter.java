package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.model.BlockInput;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.tensor.Bfloat16;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Rounds a block's solution to the tensors that are stored. */
public final class QuantizedBlockWriter {

    private final BlockFormats formats;
    private final FakeQuantizer quantizer;

    public QuantizedBlockWriter(BlockFormats formats, FakeQuantizer quantizer) {
        this.formats = formats;
        this.quantizer = quantizer;
    }

    /** The tensors of one block's file; the solution must stay open until they are written. */
    public List<TensorSource> tensors(int layer, BlockSolution solution) {
        List<TensorSource> all = new ArrayList<>();
        for (BlockTensor tensor : KernelOrder.PARAMETERS) {
            NDArray value = solution.weights()[KernelOrder.indexOf(tensor)];
            int linear = KernelOrder.LINEARS.indexOf(tensor);
            if (linear >= 0 && formats.weights().quantizes()) {
                packed(all, layer, tensor, value, solution.high()[linear], solution.low()[linear]);
            } else {
                exact(all, tensor.name(layer), value);
            }
        }
        lowRank(all, layer, solution);
        clips(all, layer, solution);
        prefix(all, layer, solution);
        return all;
    }

    private void packed(
            List<TensorSource> all, int layer, BlockTensor tensor, NDArray value, NDArray high, NDArray low) {
        PackedWeight packed = quantizer.pack(
                tensor.name(layer),
                value,
                NumberFormat.of(formats.weights()),
                Grouping.of(formats.weights()),
                high,
                low);
        all.add(bytes(QuantizedNames.codes(tensor, layer), packed.rows(), packed.codes()));
        all.add(scales(QuantizedNames.scales(tensor, layer), packed));
        if (packed.zeros().length > 0) {
            all.add(bytes(QuantizedNames.zeros(tensor, layer), packed.rows(), packed.zeros()));
        }
    }

    private static void lowRank(List<TensorSource> all, int layer, BlockSolution solution) {
        for (int i = 0; i < KernelOrder.LINEARS.size(); i++) {
            BlockTensor tensor = KernelOrder.LINEARS.get(i);
            if (solution.b()[i].size() > 0) {
                all.add(TensorSources.bfloat16(QuantizedNames.loraIn(tensor, layer), solution.b()[i]));
                all.add(TensorSources.bfloat16(QuantizedNames.loraOut(tensor, layer), solution.a()[i]));
            }
        }
    }

    private static void clips(List<TensorSource> all, int layer, BlockSolution solution) {
        for (BlockInput input : BlockInput.values()) {
            exact(
                    all,
                    QuantizedNames.activationClip(input, layer),
                    solution.activationClip()[KernelOrder.indexOf(input)]);
        }
        exact(all, QuantizedNames.keyClip(layer), solution.keyValueClip()[0]);
        exact(all, QuantizedNames.valueClip(layer), solution.keyValueClip()[1]);
    }

    private static void prefix(List<TensorSource> all, int layer, BlockSolution solution) {
        KeyValues prefix = solution.prefix();
        if (prefix != null) {
            all.add(TensorSources.of(QuantizedNames.prefixKeys(layer), prefix.keys()));
            all.add(TensorSources.of(QuantizedNames.prefixValues(layer), prefix.values()));
        }
    }

    private static void exact(List<TensorSource> all, String name, NDArray value) {
        if (value.size() > 0) {
            all.add(TensorSources.of(name, value));
        }
    }

    private static TensorSource bytes(String name, int rows, byte[] values) {
        return TensorSource.of(
                name, DType.U8, List.of((long) rows, (long) values.length / rows), MemorySegment.ofArray(values));
    }

    private static TensorSource scales(String name, PackedWeight packed) {
        short[] bits = new short[packed.scales().length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Bfloat16.fromFloat(packed.scales()[i]);
        }
        return TensorSource.of(
                name, DType.BF16, List.of((long) packed.rows(), (long) packed.groups()), MemorySegment.ofArray(bits));
    }
}
