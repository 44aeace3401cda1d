package io.bisup.platform.registry;

import io.bisup.contract.ObjectEntry;
import java.util.List;

/**
 * A model that jobs may name.
 *
 * @param name what specs call it
 * @param digest {@link io.bisup.contract.Digests#of} its files
 * @param architecture Hugging Face's, such as "LlamaForCausalLM"
 * @param blocks decoder blocks
 * @param parameters number of parameters
 * @param configJson its config.json, as text
 * @param files config.json, tokenizer files and safetensors, sorted by name
 */
public record RegisteredModel(
        String name,
        String digest,
        String architecture,
        int blocks,
        long parameters,
        String configJson,
        List<ObjectEntry> files) {

    public RegisteredModel {
        files = files.stream()
                .sorted(java.util.Comparator.comparing(ObjectEntry::name))
                .toList();
    }

    public long bytes() {
        return files.stream().mapToLong(ObjectEntry::bytes).sum();
    }
}
