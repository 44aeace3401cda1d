package io.bisup.demo.train;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.token.BpeVocabulary;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes the demo model's Hugging Face folder; every width of the model is a multiple of the quantization group of 128. */
final class DemoModelFiles {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private DemoModelFiles() {}

    /** Writes config.json, generation_config.json and system_prompt.txt. */
    static void writeConfig(Path directory, int vocabulary) throws IOException {
        Files.createDirectories(directory);
        writeJson(directory.resolve("config.json"), config(vocabulary));
        ObjectNode generation = JSON.createObjectNode();
        generation.put("bos_token_id", BpeVocabulary.BOS_ID).put("eos_token_id", BpeVocabulary.EOS_ID);
        writeJson(directory.resolve("generation_config.json"), generation);
        Files.writeString(directory.resolve("system_prompt.txt"), DemoCorpus.SYSTEM_PROMPT + "\n");
    }

    /** Writes the parameters, rounded to bfloat16, whole or not at all. */
    static void writeWeights(Path directory, Map<String, NDArray> parameters) throws IOException {
        List<TensorSource> tensors = parameters.entrySet().stream()
                .map(entry -> TensorSources.bfloat16(entry.getKey(), entry.getValue()))
                .toList();
        SafetensorsWriter.write(directory.resolve("model.safetensors"), SafetensorsWriter.FORMAT_PT, tensors);
    }

    private static ObjectNode config(int vocabulary) {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama")
                .put("hidden_size", 256)
                .put("num_hidden_layers", 6)
                .put("num_attention_heads", 4)
                .put("num_key_value_heads", 2)
                .put("head_dim", 64)
                .put("intermediate_size", 768)
                .put("hidden_act", "silu")
                .put("vocab_size", vocabulary)
                .put("max_position_embeddings", 512)
                .put("rms_norm_eps", 1e-5)
                .put("rope_theta", 10000.0)
                .put("tie_word_embeddings", true)
                .put("attention_bias", false)
                .put("mlp_bias", false)
                .put("bos_token_id", BpeVocabulary.BOS_ID)
                .put("eos_token_id", BpeVocabulary.EOS_ID)
                .put("torch_dtype", "bfloat16");
        return config;
    }

    private static void writeJson(Path file, ObjectNode node) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(node) + "\n");
    }
}
