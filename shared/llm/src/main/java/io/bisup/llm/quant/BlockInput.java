package io.bisup.llm.quant;

/** The four activations of a block that are quantized before a linear; q/k/v share one, gate/up share one. */
public enum BlockInput {
    QKV("qkv"),
    OUTPUT("o"),
    GATE_UP("gate_up"),
    DOWN("down");

    private final String label;

    BlockInput(String label) {
        this.label = label;
    }

    /** The name it has in tensor names. */
    public String label() {
        return label;
    }
}
