package io.bisup.export.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer.json of byte-pair encoding as llama.cpp takes it: "gpt2" for bytes, with the name of the rule that cuts text first, or
 * "llama" for SentencePiece's pieces, whose scores are here the order of the merges, because that order is all they stand for.
 */
final class GgufTokenizer {
    private static final String KEY = "tokenizer.ggml.";

    private final JsonNode tokenizer;
    private final JsonNode settings;
    private final int vocabulary;
    private final String[] tokens;
    private final int[] types;
    private final Map<String, Integer> ids = new HashMap<>();

    private GgufTokenizer(JsonNode tokenizer, JsonNode settings, int vocabulary) {
        this.tokenizer = tokenizer;
        this.settings = settings;
        this.vocabulary = vocabulary;
        this.tokens = new String[vocabulary];
        this.types = new int[vocabulary];
    }

    /** Kinds of tokens, by their numbers in files. */
    private static final int NORMAL = 1;

    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    /**
     * The metadata of a tokenizer.
     *
     * @param tokenizer the document tokenizer.json
     * @param settings the document tokenizer_config.json; empty where there is none
     * @param vocabulary rows of the embedding; ids beyond the tokens are marked unused
     * @param bos begin-of-sequence id where the settings name none, or null
     * @param eos end-of-sequence id of the model, which wins over the settings', or null
     * @throws GgufTokenizerException when llama.cpp has no such tokenizer
     */
    static SequencedMap<String, GgufValue> metadata(
            JsonNode tokenizer, JsonNode settings, int vocabulary, @Nullable Integer bos, @Nullable Integer eos) {
        GgufTokenizer made = new GgufTokenizer(tokenizer, settings, vocabulary);
        Optional<String> pre = PreTokenizers.name(tokenizer);
        made.fill(pre.isEmpty());
        SequencedMap<String, GgufValue> all = new LinkedHashMap<>();
        all.put(KEY + "model", new GgufValue.Text(pre.isPresent() ? "gpt2" : "llama"));
        all.put(KEY + "pre", new GgufValue.Text(pre.orElse("default")));
        all.put(KEY + "tokens", new GgufValue.Texts(List.of(made.tokens)));
        if (pre.isEmpty()) {
            all.put(KEY + "scores", new GgufValue.Reals(made.scores()));
        }
        all.put(KEY + "token_type", new GgufValue.Ints(made.kinds()));
        if (pre.isPresent()) {
            all.put(KEY + "merges", new GgufValue.Texts(made.merges()));
        } else {
            all.put(KEY + "add_space_prefix", new GgufValue.Flag(PreTokenizers.prependsSpace(tokenizer)));
        }
        made.special(all, bos, eos);
        return all;
    }

    private void fill(boolean pieces) {
        tokenizer.path("model").path("vocab").properties().forEach(entry -> {
            String token = entry.getKey();
            put(entry.getValue().asInt(), token, pieces && isByte(token) ? BYTE : NORMAL);
        });
        String unknown = tokenizer.path("model").path("unk_token").textValue();
        for (JsonNode added : tokenizer.path("added_tokens")) {
            String token = added.path("content").asText();
            boolean special = added.path("special").asBoolean();
            put(added.path("id").asInt(), token, kind(token, special, pieces && token.equals(unknown)));
        }
        for (int id = 0; id < vocabulary; id++) {
            if (tokens[id] == null) {
                tokens[id] = "[PAD" + id + "]";
                types[id] = UNUSED;
            }
        }
    }

    private static int kind(String token, boolean special, boolean unknown) {
        if (unknown) {
            return UNKNOWN;
        }
        boolean marker = token.startsWith("<|") && token.endsWith("|>");
        return special || marker ? CONTROL : USER_DEFINED;
    }

    private void put(int id, String token, int type) {
        if (id < 0 || id >= vocabulary) {
            throw new GgufTokenizerException("token " + id + " is beyond the " + vocabulary + " rows of the embedding");
        }
        tokens[id] = token;
        types[id] = type;
        ids.put(token, id);
    }

    private static boolean isByte(String token) {
        return token.length() == 6 && token.startsWith("<0x") && token.endsWith(">");
    }

    /** "a b" for a merge of a and b. */
    private List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : tokenizer.path("model").path("merges")) {
            merges.add(
                    merge.isArray() ? merge.get(0).asText() + " " + merge.get(1).asText() : merge.asText());
        }
        return merges;
    }

    /** Minus the place of the first merge that makes a token: the highest score is merged first. */
    private List<Float> scores() {
        Float[] scores = new Float[vocabulary];
        Arrays.fill(scores, 0f);
        List<String> merges = merges();
        for (int place = merges.size() - 1; place >= 0; place--) {
            Integer id = ids.get(joined(merges.get(place)));
            if (id != null) {
                scores[id] = (float) -(place + 1);
            }
        }
        return List.of(scores);
    }

    private static String joined(String merge) {
        int cut = merge.indexOf(' ');
        return merge.substring(0, cut) + merge.substring(cut + 1);
    }

    private List<Integer> kinds() {
        return Arrays.stream(types).boxed().toList();
    }

    private void special(SequencedMap<String, GgufValue> all, @Nullable Integer bos, @Nullable Integer eos) {
        Integer first = named("bos_token", bos);
        Integer last = eos == null ? named("eos_token", null) : eos;
        id(all, "bos_token_id", first);
        id(all, "eos_token_id", last);
        id(
                all,
                "unknown_token_id",
                ids.get(tokenizer.path("model").path("unk_token").asText()));
        id(all, "padding_token_id", named("pad_token", null));
        all.put(
                KEY + "add_bos_token",
                new GgufValue.Flag(first != null && PreTokenizers.addsFirst(tokenizer, settings)));
        JsonNode template = settings.path("chat_template");
        if (template.isTextual()) {
            all.put("tokenizer.chat_template", new GgufValue.Text(template.textValue()));
        }
    }

    private static void id(SequencedMap<String, GgufValue> all, String key, @Nullable Integer id) {
        if (id != null) {
            all.put(KEY + key, new GgufValue.Count(id));
        }
    }

    private @Nullable Integer named(String field, @Nullable Integer otherwise) {
        JsonNode token = settings.path(field);
        String text = token.isObject() ? token.path("content").textValue() : token.textValue();
        Integer id = text == null ? null : ids.get(text);
        return id == null ? otherwise : id;
    }
}
