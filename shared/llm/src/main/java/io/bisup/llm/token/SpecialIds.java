package io.bisup.llm.token;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The special tokens of a tokenizer.
 *
 * @param bos begin-of-sequence id, if named
 * @param eos end-of-sequence id, if named
 * @param opening id of the token that a chat opens with, if the chat format is one that {@link ChatFormat} knows
 * @param before ids that transformers puts before a text
 * @param after ids that transformers puts after a text
 */
@SuppressWarnings("ArrayRecordComponent") // private to the package, never compared
record SpecialIds(
        @Nullable Long bos, @Nullable Long eos, @Nullable Long opening, long[] before, long[] after) {

    private static final String PROBE = "a";

    static SpecialIds of(HuggingFaceTokenizer library, TokenizerSettings settings, Map<String, Integer> added) {
        Long bos = id(library, settings.bosToken(), added);
        Long eos = id(library, settings.eosToken(), added);
        Long opening = id(library, ChatFormat.of(settings.chatTemplate()).marker(), added);
        if (!settings.overridesTemplate()) {
            return byTemplate(library, bos, eos, opening);
        }
        boolean addBos = settings.addBos() == null || settings.addBos();
        return new SpecialIds(
                bos,
                eos,
                opening,
                addBos ? one("bos_token", bos) : new long[0],
                settings.addEos() ? one("eos_token", eos) : new long[0]);
    }

    /** What tokenizer.json's post-processor puts around any text. */
    private static SpecialIds byTemplate(
            HuggingFaceTokenizer library, @Nullable Long bos, @Nullable Long eos, @Nullable Long opening) {
        long[] bare = library.encode(PROBE, false, false).getIds();
        long[] dressed = library.encode(PROBE, true, false).getIds();
        for (int before = 0; before + bare.length <= dressed.length; before++) {
            if (Arrays.equals(dressed, before, before + bare.length, bare, 0, bare.length)) {
                return new SpecialIds(
                        bos,
                        eos,
                        opening,
                        Arrays.copyOf(dressed, before),
                        Arrays.copyOfRange(dressed, before + bare.length, dressed.length));
            }
        }
        throw new TokenizerException(
                Tokenizer.FILE,
                "its post_processor changes the text's own ids",
                "use the tokenizer.json of the original checkpoint");
    }

    private static @Nullable Long id(HuggingFaceTokenizer library, @Nullable String token, Map<String, Integer> added) {
        if (token == null) {
            return null;
        }
        Integer id = added.get(token);
        if (id != null) {
            return id.longValue();
        }
        long[] ids = library.encode(token, false, false).getIds();
        return ids.length == 1 ? ids[0] : null;
    }

    private static long[] one(String field, @Nullable Long id) {
        if (id == null) {
            throw new TokenizerException(
                    TokenizerSettings.FILE,
                    field + " is to be added but names no token of tokenizer.json",
                    "name it as the original checkpoint does");
        }
        return new long[] {id};
    }
}
