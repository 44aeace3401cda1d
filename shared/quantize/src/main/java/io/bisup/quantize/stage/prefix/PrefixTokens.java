package io.bisup.quantize.stage.prefix;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Recipe;
import io.bisup.llm.token.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which tokens' keys and values stay exact. */
public final class PrefixTokens {

    private PrefixTokens() {}

    /**
     * The tokens a recipe asks for.
     *
     * @param systemPrompt text of the system prompt; without one, BOS takes its place
     * @throws InvalidSpecException when BOS is asked for and the tokenizer names neither BOS nor EOS
     */
    public static List<Long> of(Recipe.Prefix prefix, Tokenizer tokenizer, @Nullable String systemPrompt) {
        return switch (prefix) {
            case NONE -> List.of();
            case BOS -> List.of(start(tokenizer));
            case SYSTEM_PROMPT ->
                systemPrompt == null
                        ? List.of(start(tokenizer))
                        : Arrays.stream(tokenizer.encodeSystemPrompt(systemPrompt))
                                .boxed()
                                .toList();
        };
    }

    private static Long start(Tokenizer tokenizer) {
        Long bos = tokenizer.bosId();
        Long token = bos != null ? bos : tokenizer.eosId();
        if (token == null) {
            throw new InvalidSpecException(
                    "prefix", "needs a BOS or EOS token and the tokenizer names none", "use prefix: none");
        }
        return token;
    }
}
