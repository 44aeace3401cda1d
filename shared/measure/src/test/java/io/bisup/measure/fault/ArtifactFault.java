package io.bisup.measure.fault;

import io.bisup.llm.artifact.ArtifactFiles;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.token.Tokenizer;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Faults as bytes of the files of an eight-bit artifact of TinyStories-656K: 128 channels, 384 in the feed-forward layers, 8 heads of
 * 16, a bfloat16 scale per output channel.
 */
enum ArtifactFault {
    // What opening refuses.
    SHARD_FILES_EXCHANGED(
            Finder.OPENING, "block-0000", f -> f.exchangeFiles(ArtifactFiles.block(0), ArtifactFiles.block(1))),
    SHARD_TRUNCATED(Finder.OPENING, "block-00001.safetensors", f -> f.truncate(ArtifactFiles.block(1), 64)),
    TENSOR_RENAMED(
            Finder.OPENING,
            "layers.0.self_attn.q_proj.scale",
            f -> f.header(ArtifactFiles.block(0), "q_proj.scales", "q_proj.scalez")),
    TENSOR_OF_ANOTHER_SHAPE(
            Finder.OPENING, "embed_tokens", f -> f.header(ArtifactFiles.ENDS, "[2048,128]", "[1024,256]")),
    NORM_OF_ANOTHER_TYPE(
            Finder.OPENING,
            "input_layernorm",
            f -> f.header(ArtifactFiles.block(0), "\"dtype\":\"F32\"", "\"dtype\":\"I32\"")),
    SIDECAR_OF_FOUR_BITS(
            Finder.OPENING, "qweight", f -> f.text(ArtifactFiles.SIDECAR, s -> s.replace("\"bits\":8", "\"bits\":4"))),
    TOKENIZER_LOST(Finder.TOKENIZER, Tokenizer.FILE, f -> f.delete(Tokenizer.FILE)),

    // What the comparison of the tokenizers finds.
    TOKENIZER_WITH_TWO_IDS_EXCHANGED(
            Finder.TOKENIZER, Tokenizer.FILE, f -> f.text(Tokenizer.FILE, ArtifactFault::wordsExchanged)),
    BOS_LOST_IN_THE_SETTINGS(
            Finder.TOKENIZER,
            Tokenizer.SETTINGS_FILE,
            f -> f.text(
                    Tokenizer.SETTINGS_FILE, s -> s.replace("\"add_bos_token\": true", "\"add_bos_token\": false"))),
    BOS_LOST_WITH_THE_POST_PROCESSOR(Finder.TOKENIZER, Tokenizer.FILE, f -> {
        f.text(
                Tokenizer.FILE,
                s -> s.replaceFirst(
                        "(?s)\"post_processor\":.*?\"decoder\":", "\"post_processor\": null, \"decoder\":"));
        f.text(Tokenizer.SETTINGS_FILE, s -> s.replace("LlamaTokenizer", "PreTrainedTokenizerFast"));
    }),

    // What only the gate can tell.
    SCALE_WITH_A_FLIPPED_EXPONENT_BIT(
            Finder.GATE, "", f -> f.tensor(scales(0, "mlp.down_proj"), bytes -> flip(bytes, 0, 10))),
    SCALE_NOT_A_NUMBER(
            Finder.GATE, "NaN", f -> f.tensor(scales(1, "mlp.up_proj"), b -> b.putShort(14, (short) 0x7fc0))),
    SCALE_INFINITE(
            Finder.GATE, "NaN", f -> f.tensor(scales(0, "self_attn.v_proj"), b -> b.putShort(14, (short) 0x7f80))),
    KEYS_NEGATED(Finder.GATE, "", f -> f.tensor(scales(0, "self_attn.k_proj"), ArtifactFault::negate)),
    BLOCK_OF_ZEROS(
            Finder.GATE,
            "",
            f -> f.tensorsOf(1).stream()
                    .filter(name -> name.endsWith(".scales"))
                    .forEach(name -> f.tensor(name, ArtifactFault::zeros))),
    PAGE_OF_ZEROS(Finder.GATE, "", f -> f.tensor(codes(1, "mlp.down_proj"), b -> b.put(8192, new byte[4096]))),
    BLOCKS_EXCHANGED(
            Finder.GATE,
            "",
            f -> f.tensorsOf(0).forEach(name -> f.exchange(name, name.replace("layers.0.", "layers.1.")))),
    CODES_OF_TWO_BLOCKS_EXCHANGED(
            Finder.GATE, "", f -> f.exchange(codes(0, "mlp.down_proj"), codes(1, "mlp.down_proj"))),
    GATE_AND_UP_EXCHANGED(Finder.GATE, "", f -> both(f, 0, "mlp.gate_proj", "mlp.up_proj")),
    KEYS_AND_VALUES_EXCHANGED(Finder.GATE, "", f -> both(f, 1, "self_attn.k_proj", "self_attn.v_proj")),
    QUERY_HEADS_ROLLED(Finder.GATE, "", f -> f.tensor(codes(0, "self_attn.q_proj"), b -> roll(b, 16 * 128))),
    EMBEDDING_SHIFTED(Finder.GATE, "", f -> f.tensor(ModelTensors.EMBEDDING, b -> roll(b, 128 * Float.BYTES))),
    FINAL_NORM_OF_ONES(Finder.GATE, "", f -> f.tensor(ModelTensors.FINAL_NORM, ArtifactFault::ones)),
    ROPE_OF_ANOTHER_BASE(
            Finder.GATE,
            "",
            f -> f.text("config.json", s -> s.replace("\"rope_theta\": 10000.0", "\"rope_theta\": 500.0")));

    /** What is to find a fault, in the order in which a user meets them. */
    enum Finder {
        OPENING,
        TOKENIZER,
        GATE
    }

    private final Finder finder;
    private final String named;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    private final Consumer<StoredBytes> damage;

    ArtifactFault(Finder finder, String named, Consumer<StoredBytes> damage) {
        this.finder = finder;
        this.named = named;
        this.damage = damage;
    }

    Finder finder() {
        return finder;
    }

    /** What the message has to name. */
    String named() {
        return named;
    }

    void plant(StoredBytes artifact) {
        damage.accept(artifact);
    }

    private static String scales(int layer, String linear) {
        return "model.layers." + layer + "." + linear + ".scales";
    }

    private static String codes(int layer, String linear) {
        return "model.layers." + layer + "." + linear + ".qweight";
    }

    private static void both(StoredBytes files, int layer, String one, String other) {
        files.exchange(codes(layer, one), codes(layer, other));
        files.exchange(scales(layer, one), scales(layer, other));
    }

    /** Flips a bit of one bfloat16: 0 to 6 are the fraction's, 7 to 14 the exponent's, 15 is the sign. */
    static void flip(ByteBuffer bytes, int element, int bit) {
        int at = element * Short.BYTES;
        bytes.putShort(at, (short) (bytes.getShort(at) ^ (1 << bit)));
    }

    private static void negate(ByteBuffer bytes) {
        for (int i = 0; i < bytes.limit() / Short.BYTES; i++) {
            flip(bytes, i, 15);
        }
    }

    private static void zeros(ByteBuffer bytes) {
        bytes.put(0, new byte[bytes.limit()]);
    }

    private static void ones(ByteBuffer bytes) {
        for (int at = 0; at < bytes.limit(); at += Float.BYTES) {
            bytes.putFloat(at, 1);
        }
    }

    private static void roll(ByteBuffer bytes, int by) {
        byte[] before = new byte[bytes.limit()];
        bytes.get(0, before);
        bytes.put(0, before, before.length - by, by).put(by, before, 0, before.length - by);
    }

    private static String wordsExchanged(String json) {
        return json.replace("\"happy▁\": 385,", "\"happy▁\": 411,").replace("\"cat▁\": 411,", "\"cat▁\": 385,");
    }
}
