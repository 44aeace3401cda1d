package io.bisup.llm.token;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.bisup.contract.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's {@code tokenizer.json}, run by Hugging Face's own library. A text is never truncated or padded. Safe
 * for use by several threads.
 */
public final class Tokenizer implements AutoCloseable {

    /** The file in a checkpoint folder. */
    public static final String FILE = "tokenizer.json";
    /** The file beside it that names the special tokens and says which are added. */
    public static final String SETTINGS_FILE = TokenizerSettings.FILE;

    private final HuggingFaceTokenizer library;
    private final TokenizerSettings settings;
    private final SpecialIds special;
    private final String sha256;

    private Tokenizer(HuggingFaceTokenizer library, TokenizerSettings settings, SpecialIds special, String sha256) {
        this.library = library;
        this.settings = settings;
        this.special = special;
        this.sha256 = sha256;
    }

    /**
     * Loads {@code tokenizer.json} and, where present, {@code tokenizer_config.json} of a checkpoint folder.
     *
     * @throws TokenizerException if there is none or it is not one
     */
    public static Tokenizer open(Path directory) {
        Path file = directory.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new TokenizerException(
                    FILE,
                    "no such file: " + file,
                    "give a checkpoint with a fast tokenizer (AutoTokenizer.from_pretrained(...).save_pretrained)");
        }
        TokenizerSettings settings = TokenizerSettings.read(directory);
        HuggingFaceTokenizer library = load(file, settings);
        try {
            Map<String, Integer> added = AddedTokens.read(file);
            SpecialIds special = SpecialIds.of(library, settings, added);
            return new Tokenizer(library, settings, special, Digests.sha256(Files.readAllBytes(file)));
        } catch (IOException broken) {
            library.close();
            throw unusable(broken);
        }
    }

    private static HuggingFaceTokenizer load(Path file, TokenizerSettings settings) {
        try {
            return TokenizerLibrary.load(file, settings);
        } catch (IOException | RuntimeException broken) {
            throw unusable(broken);
        }
    }

    private static TokenizerException unusable(Exception cause) {
        return new TokenizerException(
                FILE,
                "it cannot be loaded: " + cause.getMessage(),
                "use the tokenizer.json of the original checkpoint");
    }

    /** Ids of the text with the special tokens that transformers adds to it by default. */
    public long[] encode(String text) {
        return encode(text, SpecialTokens.DEFAULT);
    }

    /**
     * Ids of the text.
     *
     * @throws TokenizerException if a special token is asked for and the tokenizer has none
     */
    public long[] encode(String text, SpecialTokens around) {
        long[] ids = library.encode(text, false, false).getIds();
        return switch (around) {
            case NEVER -> ids;
            case DEFAULT -> concatenate(special.before(), ids, special.after());
            case ALWAYS -> concatenate(new long[] {startId()}, ids);
        };
    }

    /**
     * Ids of a system prompt as a chat begins with it: by the model's chat format where it is one that
     * {@link ChatFormat} knows, otherwise the default special tokens and the text itself.
     */
    public long[] encodeSystemPrompt(String systemPrompt) {
        ChatFormat format = ChatFormat.of(settings.chatTemplate());
        String rendered = format.render(systemPrompt);
        return concatenate(
                special.before(), library.encode(rendered, false, false).getIds());
    }

    /** The text of ids, special tokens left out. */
    public String decode(long[] ids) {
        return library.decode(ids, true);
    }

    /** The begin-of-sequence token's id, if the tokenizer has one. */
    public @Nullable Long bosId() {
        return special.bos();
    }

    /** The end-of-sequence token's id, if the tokenizer has one. */
    public @Nullable Long eosId() {
        return special.eos();
    }

    /**
     * The id that sequences of this model begin with: the begin-of-sequence token's; where the tokenizer has none, that of
     * the token which every chat of the model opens with, as it has been trained there; then the end-of-sequence token's.
     */
    public @Nullable Long firstId() {
        if (special.bos() != null) {
            return special.bos();
        }
        return special.opening() != null ? special.opening() : special.eos();
    }

    /** Whether {@link SpecialTokens#DEFAULT} puts the begin-of-sequence token first. */
    public boolean addsBos() {
        return special.before().length > 0;
    }

    /** SHA-256 of tokenizer.json. */
    public String sha256() {
        return sha256;
    }

    private long startId() {
        Long id = special.bos() != null ? special.bos() : special.eos();
        if (id == null) {
            throw new TokenizerException(
                    TokenizerSettings.FILE,
                    "neither bos_token nor eos_token is known, one is needed to start a sequence with",
                    "name them there, or ask for no special tokens");
        }
        return id;
    }

    private static long[] concatenate(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(LongStream::of).toArray();
    }

    /** Frees the native tokenizer. */
    @Override
    public void close() {
        library.close();
    }
}
