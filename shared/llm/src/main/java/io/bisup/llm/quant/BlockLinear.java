package io.bisup.llm.quant;

import io.bisup.llm.config.BlockTensor;

/** The seven linears of a block that are quantized, in the order the block kernels take them. */
public enum BlockLinear {
    QUERY(BlockTensor.QUERY, BlockInput.QKV),
    KEY(BlockTensor.KEY, BlockInput.QKV),
    VALUE(BlockTensor.VALUE, BlockInput.QKV),
    OUTPUT(BlockTensor.OUTPUT, BlockInput.OUTPUT),
    GATE(BlockTensor.GATE, BlockInput.GATE_UP),
    UP(BlockTensor.UP, BlockInput.GATE_UP),
    DOWN(BlockTensor.DOWN, BlockInput.DOWN);

    private final BlockTensor tensor;
    private final BlockInput input;

    BlockLinear(BlockTensor tensor, BlockInput input) {
        this.tensor = tensor;
        this.input = input;
    }

    /** Its weight, [out, in]. */
    public BlockTensor tensor() {
        return tensor;
    }

    /** Which of the block's four activations it multiplies. */
    public BlockInput input() {
        return input;
    }

    /** Position of its weight in the kernels' list of block tensors. */
    public int weightIndex() {
        return BlockWeights.ORDER.indexOf(tensor);
    }

    /** Its name without the trailing {@code .weight}, e.g. {@code model.layers.3.self_attn.q_proj}. */
    public String name(int layer) {
        String weight = tensor.name(layer);
        return weight.substring(0, weight.length() - ".weight".length());
    }
}
