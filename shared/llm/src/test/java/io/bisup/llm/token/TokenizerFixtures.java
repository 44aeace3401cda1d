package io.bisup.llm.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.llm.testing.ReferenceData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Opens the reference tokenizers, two of which are not a usable tokenizer.json as they lie there. */
final class TokenizerFixtures {

    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerFixtures() {}

    static Tokenizer open(String name, Path scratch) throws IOException {
        Path source = ReferenceData.path("data/tokenizers/" + name);
        return switch (name) {
            case "gpt2" -> Tokenizer.open(fromVocabularyAndMerges(source, scratch));
            case "llama2" -> Tokenizer.open(withNonBreakingSpaces(source, scratch));
            default -> Tokenizer.open(source);
        };
    }

    /** GPT-2 is published as vocab.json and merges.txt. */
    private static Path fromVocabularyAndMerges(Path source, Path target) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree("""
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
                 "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
                 "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
                 "model": {"type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false}}
                """);
        ObjectNode model = (ObjectNode) root.get("model");
        model.set("vocab", JSON.readTree(source.resolve("vocab.json").toFile()));
        ArrayNode merges = model.putArray("merges");
        Files.readAllLines(source.resolve("merges.txt")).stream()
                .filter(line -> !line.startsWith("#version") && !line.isBlank())
                .forEach(merges::add);
        JSON.writeValue(target.resolve(Tokenizer.FILE).toFile(), root);
        return target;
    }

    /** The copy at hand lost its non-breaking spaces to plain ones: in four vocabulary entries and three merges. */
    private static Path withNonBreakingSpaces(Path source, Path target) throws IOException {
        Map<String, String> merges =
                Map.of("   ", "\u00a0 \u00a0", "     ", "\u00a0\u00a0 \u00a0\u00a0", "▁  ", "▁ \u00a0");
        JsonNode root = JSON.readTree(source.resolve(Tokenizer.FILE).toFile());
        ObjectNode model = (ObjectNode) root.get("model");
        ObjectNode vocabulary = JSON.createObjectNode();
        model.get("vocab").properties().forEach(e -> vocabulary.set(e.getKey().replace(' ', '\u00a0'), e.getValue()));
        ArrayNode restored = JSON.createArrayNode();
        model.get("merges").forEach(m -> restored.add(merges.getOrDefault(m.textValue(), m.textValue())));
        model.set("vocab", vocabulary);
        model.set("merges", restored);
        JSON.writeValue(target.resolve(Tokenizer.FILE).toFile(), root);
        Files.copy(source.resolve("tokenizer_config.json"), target.resolve("tokenizer_config.json"));
        return target;
    }
}
