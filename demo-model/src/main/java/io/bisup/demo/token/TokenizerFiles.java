package io.bisup.demo.token;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a vocabulary as Hugging Face's tokenizer.json and tokenizer_config.json. */
public final class TokenizerFiles {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private TokenizerFiles() {}

    /** Writes both files; sequences are encoded with {@code <s>} in front. */
    public static void write(BpeVocabulary vocabulary, int maxLength, Path directory) throws IOException {
        writeJson(tokenizer(vocabulary), directory.resolve("tokenizer.json"));
        writeJson(config(maxLength), directory.resolve("tokenizer_config.json"));
    }

    private static ObjectNode tokenizer(BpeVocabulary vocabulary) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        addSpecial(added, BpeVocabulary.BOS, BpeVocabulary.BOS_ID);
        addSpecial(added, BpeVocabulary.EOS, BpeVocabulary.EOS_ID);
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        template(root.putObject("post_processor"));
        byteLevel(root.putObject("decoder"));
        model(vocabulary, root.putObject("model"));
        return root;
    }

    private static void addSpecial(ArrayNode added, String content, int id) {
        added.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private static void template(ObjectNode node) {
        node.put("type", "TemplateProcessing");
        ArrayNode single = node.putArray("single");
        addBos(single, 0);
        addSequence(single, "A", 0);
        ArrayNode pair = node.putArray("pair");
        addBos(pair, 0);
        addSequence(pair, "A", 0);
        addBos(pair, 1);
        addSequence(pair, "B", 1);
        ObjectNode bos = node.putObject("special_tokens").putObject(BpeVocabulary.BOS);
        bos.put("id", BpeVocabulary.BOS);
        bos.putArray("ids").add(BpeVocabulary.BOS_ID);
        bos.putArray("tokens").add(BpeVocabulary.BOS);
    }

    private static void addBos(ArrayNode template, int type) {
        template.addObject()
                .putObject("SpecialToken")
                .put("id", BpeVocabulary.BOS)
                .put("type_id", type);
    }

    private static void addSequence(ArrayNode template, String id, int type) {
        template.addObject().putObject("Sequence").put("id", id).put("type_id", type);
    }

    private static void model(BpeVocabulary vocabulary, ObjectNode model) {
        model.put("type", "BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", false);
        ObjectNode ids = model.putObject("vocab");
        ids.put(BpeVocabulary.BOS, BpeVocabulary.BOS_ID).put(BpeVocabulary.EOS, BpeVocabulary.EOS_ID);
        for (int b = 0; b < ByteAlphabet.SIZE; b++) {
            ids.put(String.valueOf(ByteAlphabet.of(b)), BpeVocabulary.FIRST_BYTE_ID + b);
        }
        ArrayNode merges = model.putArray("merges");
        int id = BpeVocabulary.FIRST_MERGE_ID;
        for (BpeVocabulary.Merge merge : vocabulary.merges()) {
            ids.put(merge.joined(), id++);
            merges.add(merge.left() + " " + merge.right());
        }
    }

    private static ObjectNode config(int maxLength) {
        return JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast")
                .put("add_bos_token", true)
                .put("add_eos_token", false)
                .put("bos_token", BpeVocabulary.BOS)
                .put("eos_token", BpeVocabulary.EOS)
                .put("clean_up_tokenization_spaces", false)
                .put("model_max_length", maxLength);
    }

    private static void writeJson(ObjectNode node, Path file) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(node) + "\n");
    }
}
