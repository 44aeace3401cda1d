package io.bisup.export.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which rule cuts a text before its pieces are merged, by the names that llama.cpp gives these rules. */
final class PreTokenizers {
    private static final String QWEN2 =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA3 = QWEN2.replace("|\\p{N}|", "|\\p{N}{1,3}|");
    private static final Map<String, String> BY_EXPRESSION = Map.of(QWEN2, "qwen2", LLAMA3, "llama-bpe");

    private PreTokenizers() {}

    /**
     * The rule's name; nothing for SentencePiece's tokenizers, which have none.
     *
     * @throws GgufTokenizerException when llama.cpp has no such rule
     */
    static Optional<String> name(JsonNode tokenizer) {
        String type = tokenizer.path("model").path("type").asText();
        if (!type.equals("BPE")) {
            throw new GgufTokenizerException("the model is " + type + ", only BPE is written");
        }
        List<JsonNode> steps = steps(tokenizer.path("pre_tokenizer"), "pretokenizers");
        if (steps.stream().noneMatch(step -> isOf(step, "ByteLevel"))) {
            requirePieces(tokenizer, steps);
            return Optional.empty();
        }
        return Optional.of(byteRule(steps));
    }

    private static String byteRule(List<JsonNode> steps) {
        if (steps.size() == 1 && steps.getFirst().path("use_regex").asBoolean(true)) {
            return "gpt-2";
        }
        JsonNode first = steps.getFirst();
        if (steps.size() == 2
                && isOf(first, "Digits")
                && first.path("individual_digits").asBoolean()) {
            return "smollm";
        }
        String expression = first.path("pattern").path("Regex").asText();
        String name = steps.size() == 2 ? BY_EXPRESSION.get(expression) : null;
        if (name == null) {
            throw new GgufTokenizerException("the pre_tokenizer " + shown(steps) + " has no name in llama.cpp");
        }
        return name;
    }

    /** A space becomes ▁, and nothing cuts the text: SentencePiece's rule. */
    private static void requirePieces(JsonNode tokenizer, List<JsonNode> steps) {
        boolean metaspace = steps.size() == 1 && isOf(steps.getFirst(), "Metaspace");
        boolean replaced = steps.isEmpty()
                && steps(tokenizer.path("normalizer"), "normalizers").stream()
                        .anyMatch(step -> isOf(step, "Replace")
                                && step.path("content").asText().equals("▁"));
        if (!metaspace && !replaced) {
            throw new GgufTokenizerException("the pre_tokenizer " + shown(steps) + " has no name in llama.cpp");
        }
    }

    /** Whether a text gets a space in front, which SentencePiece's tokenizers do unless they say otherwise. */
    static boolean prependsSpace(JsonNode tokenizer) {
        boolean prepended =
                steps(tokenizer.path("normalizer"), "normalizers").stream().anyMatch(step -> isOf(step, "Prepend"));
        return prepended
                || steps(tokenizer.path("pre_tokenizer"), "pretokenizers").stream()
                        .anyMatch(step ->
                                !step.path("prepend_scheme").asText("always").equals("never"));
    }

    /** Whether a begin-of-sequence token is put first: by the class's setting where it has one, by the template otherwise. */
    static boolean addsFirst(JsonNode tokenizer, JsonNode settings) {
        JsonNode setting = settings.path("add_bos_token");
        if (setting.isBoolean()) {
            return setting.booleanValue();
        }
        return tokenizer.path("post_processor").path("single").path(0).has("SpecialToken");
    }

    private static List<JsonNode> steps(JsonNode node, String list) {
        List<JsonNode> steps = new ArrayList<>();
        if (node.path("type").asText().equals("Sequence")) {
            node.path(list).forEach(steps::add);
        } else if (node.isObject()) {
            steps.add(node);
        }
        return steps;
    }

    private static boolean isOf(JsonNode step, String type) {
        return step.path("type").asText().equals(type);
    }

    private static String shown(List<JsonNode> steps) {
        String text = steps.toString();
        return text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }
}
