package io.bisup.quantize.prefix;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.recipe.Prefix;
import io.bisup.llm.token.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which tokens' keys and values stay exact. */
public final class PrefixTokens {

    private PrefixTokens() {}

    /** Finds a prefix in the calibration data. */
    @FunctionalInterface
    public interface Detector {
        /** The tokens with massive activations, then {@code start}; see {@link PrefixDetection#find}. */
        List<Long> find(long start, double eta);
    }

    /**
     * The tokens a recipe asks for.
     *
     * <p>Where a tokenizer has no BOS, the token that the model's chats open with stands for it, and only then EOS, which
     * PrefixQuant takes for Qwen2 ({@link Tokenizer#firstId}): behind {@code <|endoftext|>} the full-precision
     * Qwen2.5-Coder-0.5B-Instruct loses half a nat a token, and the token behind it draws the attention.
     *
     * @param systemPrompt text of the system prompt; without one, BOS takes its place
     * @param detect finds the tokens with massive activations, given the start token and η
     * @throws InvalidSpecException when BOS is asked for and the tokenizer names neither BOS nor EOS
     */
    public static List<Long> of(Prefix prefix, Tokenizer tokenizer, @Nullable String systemPrompt, Detector detect) {
        return switch (prefix) {
            case Prefix.None() -> List.of();
            case Prefix.Bos() -> List.of(start(tokenizer));
            case Prefix.SystemPrompt() ->
                systemPrompt == null
                        ? List.of(start(tokenizer))
                        : Arrays.stream(tokenizer.encodeSystemPrompt(systemPrompt))
                                .boxed()
                                .toList();
            case Prefix.Tokens tokens -> tokens.ids();
            case Prefix.Detected detected -> detect.find(start(tokenizer), detected.eta());
        };
    }

    private static Long start(Tokenizer tokenizer) {
        Long token = tokenizer.firstId();
        if (token == null) {
            throw new InvalidSpecException(
                    "prefix", "needs a BOS or EOS token and the tokenizer names none", "use prefix: none");
        }
        return token;
    }
}
