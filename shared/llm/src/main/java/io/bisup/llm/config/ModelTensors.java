package io.bisup.llm.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The parameters of a whole model: names of those outside the blocks, and the full list. */
public final class ModelTensors {

    /** Token embedding, [vocabulary, hidden]. */
    public static final String EMBEDDING = "model.embed_tokens.weight";
    /** Norm after the last block, [hidden]. */
    public static final String FINAL_NORM = "model.norm.weight";
    /** Output head, [vocabulary, hidden]; absent when tied to the embedding. */
    public static final String HEAD = "lm_head.weight";

    private ModelTensors() {}

    /** The prefix of a block's tensor names, with its final dot. */
    public static String blockPrefix(int layer) {
        return "model.layers." + layer + ".";
    }

    /** Every parameter of a model of this shape with its shape, in model order; {@link TensorMap} says where it is stored. */
    public static SequencedMap<String, List<Long>> expected(DecoderConfig config) {
        SequencedMap<String, List<Long>> shapes = new LinkedHashMap<>();
        List<Long> vocabularyByHidden = List.of((long) config.vocabSize(), (long) config.hiddenSize());
        shapes.put(EMBEDDING, vocabularyByHidden);
        for (int layer = 0; layer < config.layers(); layer++) {
            for (BlockTensor tensor : BlockTensor.of(config)) {
                shapes.put(tensor.name(layer), tensor.shape(config));
            }
        }
        shapes.put(FINAL_NORM, List.of((long) config.hiddenSize()));
        if (!config.tiedEmbeddings()) {
            shapes.put(HEAD, vocabularyByHidden);
        }
        return shapes;
    }
}
