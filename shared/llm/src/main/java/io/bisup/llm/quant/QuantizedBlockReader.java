package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.BlockInput;
import io.bisup.llm.model.BlockLinears;
import io.bisup.llm.model.BlockNorms;
import io.bisup.llm.model.DecoderBlock;
import io.bisup.llm.model.DecoderBlockWeights;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.tensor.TensorRuntime;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Builds runnable blocks from the tensors of a quantized checkpoint. */
public final class QuantizedBlockReader {

    private final TensorRuntime runtime;
    private final DecoderConfig config;
    private final BlockFormats formats;
    private final Function<String, Optional<TensorView>> tensors;

    /** @param tensors finds a tensor by name */
    public QuantizedBlockReader(
            TensorRuntime runtime,
            DecoderConfig config,
            BlockFormats formats,
            Function<String, Optional<TensorView>> tensors) {
        this.runtime = runtime;
        this.config = config;
        this.formats = formats;
        this.tensors = tensors;
    }

    /** The block of a layer; its weights are dequantized once, its activations at every use. */
    public DecoderBlock block(int layer) {
        boolean low = runtime.lowPrecision();
        return new DecoderBlock(
                config,
                config.windows().of(layer),
                norms(layer),
                new BlockLinears(
                        linears(BlockInput.ATTENTION, layer, low),
                        linears(BlockInput.OUTPUT, layer, low),
                        linears(BlockInput.FEED_FORWARD, layer, low),
                        linears(BlockInput.DOWN, layer, low)),
                new QuantizedKeyValues(
                        formats, optional(QuantizedNames.keyClip(layer)), optional(QuantizedNames.valueClip(layer))),
                low);
    }

    /** The exact keys and values of the prefix in one block of a model that has a prefix. */
    public KeyValues prefix(int layer) {
        return new KeyValues(
                required(QuantizedNames.prefixKeys(layer)).load(runtime.manager()),
                required(QuantizedNames.prefixValues(layer)).load(runtime.manager()));
    }

    private BlockNorms norms(int layer) {
        Map<BlockTensor, NDArray> norms = new EnumMap<>(BlockTensor.class);
        for (BlockTensor norm : List.of(
                BlockTensor.INPUT_NORM,
                BlockTensor.POST_ATTENTION_NORM,
                BlockTensor.QUERY_NORM,
                BlockTensor.KEY_NORM)) {
            if (norm.presentIn(config)) {
                norms.put(norm, required(norm.name(layer)).load(runtime.manager()));
            }
        }
        return BlockNorms.of(config, new DecoderBlockWeights(norms));
    }

    private QuantizedLinears linears(BlockInput input, int layer, boolean low) {
        List<BlockTensor> weights = input.weights();
        return new QuantizedLinears(
                formats,
                optional(QuantizedNames.activationClip(input, layer)),
                each(weights, w -> weight(w, layer)),
                each(weights, w -> bias(w, layer)),
                each(weights, w -> optional(QuantizedNames.loraOut(w, layer))),
                each(weights, w -> optional(QuantizedNames.loraIn(w, layer))),
                low);
    }

    private static NDArray[] each(List<BlockTensor> weights, Function<BlockTensor, NDArray> load) {
        return weights.stream().map(load).toArray(NDArray[]::new);
    }

    private NDArray weight(BlockTensor tensor, int layer) {
        if (!formats.weights().quantizes()) {
            return required(tensor.name(layer)).load(runtime.manager());
        }
        TensorView scales = required(QuantizedNames.scales(tensor, layer));
        Optional<TensorView> zeros = tensors.apply(QuantizedNames.zeros(tensor, layer));
        return new PackedWeight(
                        NumberFormat.of(formats.weights()),
                        Math.toIntExact(tensor.shape(config).getLast()),
                        Math.toIntExact(scales.shape().getLast()),
                        bytes(required(QuantizedNames.codes(tensor, layer))),
                        scales.toFloats(),
                        zeros.map(QuantizedBlockReader::bytes).orElse(new byte[0]))
                .dequantize(runtime);
    }

    private NDArray bias(BlockTensor weight, int layer) {
        return switch (weight) {
            case QUERY -> optional(BlockTensor.QUERY_BIAS.name(layer));
            case KEY -> optional(BlockTensor.KEY_BIAS.name(layer));
            case VALUE -> optional(BlockTensor.VALUE_BIAS.name(layer));
            case OUTPUT -> optional(BlockTensor.OUTPUT_BIAS.name(layer));
            case GATE -> optional(BlockTensor.GATE_BIAS.name(layer));
            case UP -> optional(BlockTensor.UP_BIAS.name(layer));
            case DOWN -> optional(BlockTensor.DOWN_BIAS.name(layer));
            case INPUT_NORM,
                    QUERY_BIAS,
                    QUERY_NORM,
                    KEY_BIAS,
                    KEY_NORM,
                    VALUE_BIAS,
                    OUTPUT_BIAS,
                    POST_ATTENTION_NORM,
                    GATE_BIAS,
                    UP_BIAS,
                    DOWN_BIAS -> throw new IllegalArgumentException(weight.suffix() + " is no linear weight");
        };
    }

    private NDArray optional(String name) {
        return tensors.apply(name).map(view -> view.load(runtime.manager())).orElseGet(this::empty);
    }

    private NDArray empty() {
        return runtime.manager().create(new Shape(0));
    }

    private TensorView required(String name) {
        return tensors.apply(name)
                .orElseThrow(() -> new FailureException(
                        FailureCode.MALFORMED_CHECKPOINT,
                        "the quantized checkpoint lacks tensor " + name + "; make the artifact again"));
    }

    private static byte[] bytes(TensorView view) {
        return view.data().toArray(ValueLayout.JAVA_BYTE);
    }
}
