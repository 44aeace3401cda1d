package io.bisup.api.testing;

import java.util.List;

/**
 * Tokenizers that somebody made to do harm, or that were torn and mended by hand. Each is one whole JSON document with a model of a
 * known kind whose ids have rows, so that only loading it tells.
 */
public final class Tokenizers {

    private static final String MODEL =
            "\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0,\"b\":63},\"unk_token\":\"a\"}";

    /** The native library panics over its table of characters, which ends the process. */
    public static final String ABORTS =
            with("\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}");

    /** A table that says it has 8 GiB. */
    public static final String LARGE =
            with("\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"/////w==\"}");

    /** Each e of a text becomes 100,000, which are looked through 20,000 times. */
    public static final String SLOW = with("\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":["
            + (replace("{\"String\":\"e\"}", "e".repeat(10)) + ",").repeat(5)
            + (replace("{\"Regex\":\"e\"}", "e") + ",").repeat(19_999)
            + replace("{\"Regex\":\"e\"}", "e")
            + "]}");

    /** Its token {@code <s>} has the id 999. */
    public static final String WITH_START =
            with("\"added_tokens\":[{\"id\":999,\"content\":\"<s>\",\"single_word\":false,\"lstrip\":false,"
                    + "\"rstrip\":false,\"normalized\":false,\"special\":true}]");

    /**
     * A tokenizer that the library refuses.
     *
     * @param json its file
     * @param cause words of the refusal
     */
    public record Refused(String json, String cause) {}

    public static final List<Refused> REFUSED = List.of(
            new Refused(
                    with("\"decoder\":{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Strip\"}]}"),
                    "missing field `content`"),
            new Refused(with("\"decoder\":{\"type\":\"Replace\"}"), "missing field `pattern`"),
            new Refused(with("\"decoder\":{}"), "did not match any variant"),
            new Refused(
                    "{\"version\":\"1.0\",\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1},\"merges\":[\"a"
                            + " b\"]}}",
                    "Token `ab` out of vocabulary"),
            new Refused(
                    "{\"version\":\"1.0\",\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0},\"unk_token\":\"?\"}}",
                    "cannot be encoded"));

    private Tokenizers() {}

    private static String with(String field) {
        return "{\"version\":\"1.0\"," + MODEL + "," + field + "}";
    }

    private static String replace(String pattern, String content) {
        return "{\"type\":\"Replace\",\"pattern\":" + pattern + ",\"content\":\"" + content + "\"}";
    }
}
