package io.bisup.measure.task;

import io.bisup.contract.BosRule;
import io.bisup.contract.Harness;
import io.bisup.data.PythonText;
import io.bisup.data.task.Request;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns requests into tokens as a release of lm-evaluation-harness does (methods.md §10.3–10.4).
 *
 * <p>Context and continuation are encoded as one text of which the context's own number of tokens is split off; white space
 * at the end of the context goes to the continuation first. Where the whole has no more tokens than the context alone, the
 * harness fails; here the continuation then begins at the first token that the two do not share. A continuation of no
 * tokens has log-likelihood 0 and counts as greedy.
 */
final class RequestEncoder {

    private final Tokenizer tokenizer;
    private final Harness harness;
    private final SpecialTokens special;
    private final int longest;

    /**
     * @param prefixIds token ids of the prefix that the model stands behind; empty if it has none
     * @param longest tokens that the model reads at most, prefix not counted
     */
    RequestEncoder(Tokenizer tokenizer, Harness harness, BosRule bos, List<Long> prefixIds, int longest) {
        this.tokenizer = tokenizer;
        this.harness = harness;
        this.special = special(harness, bos, prefixIds, tokenizer);
        this.longest = longest;
    }

    private static SpecialTokens special(Harness harness, BosRule bos, List<Long> prefixIds, Tokenizer tokenizer) {
        if (!prefixIds.isEmpty() && Objects.equals(prefixIds.getFirst(), startId(tokenizer))) {
            return SpecialTokens.NEVER;
        }
        return switch (bos) {
            case ALWAYS -> SpecialTokens.ALWAYS;
            case NEVER -> SpecialTokens.NEVER;
            case AUTO ->
                switch (harness) {
                    case V0_3, V0_4 -> SpecialTokens.NEVER;
                    case V0_4_9_2 -> SpecialTokens.DEFAULT;
                };
        };
    }

    private static @Nullable Long startId(Tokenizer tokenizer) {
        return tokenizer.bosId() != null ? tokenizer.bosId() : tokenizer.eosId();
    }

    /** What is put in front of a context, for results: "none", "tokenizer" (its default) or "always". */
    String bos() {
        return switch (special) {
            case NEVER -> "none";
            case DEFAULT -> tokenizer.addsBos() ? "tokenizer" : "none";
            case ALWAYS -> "always";
        };
    }

    /**
     * The tokens of one document's requests.
     *
     * @throws io.bisup.llm.token.TokenizerException if a start token is needed and the tokenizer has none
     */
    List<EncodedRequest> encode(List<Request> requests) {
        Map<String, long[]> contexts = new HashMap<>();
        return requests.stream().map(request -> encode(request, contexts)).toList();
    }

    /** Choices of one document share their context, which is encoded once. */
    private EncodedRequest encode(Request request, Map<String, long[]> contexts) {
        return switch (harness) {
            case V0_3 -> apart(request);
            case V0_4, V0_4_9_2 -> whole(request, contexts);
        };
    }

    private EncodedRequest apart(Request request) {
        long[] context = request.context().isEmpty() ? start() : ids(request.context());
        return cut(context, tokenizer.encode(request.continuation(), SpecialTokens.NEVER));
    }

    private EncodedRequest whole(Request request, Map<String, long[]> contexts) {
        String context = PythonText.stripEnd(request.context());
        String continuation = request.context().substring(context.length()) + request.continuation();
        if (context.isEmpty()) {
            return withoutContext(continuation);
        }
        long[] alone = contexts.computeIfAbsent(context, this::ids);
        long[] together = ids(context + continuation);
        if (together.length > alone.length) {
            return cut(alone, Arrays.copyOfRange(together, alone.length, together.length));
        }
        int difference = Arrays.mismatch(alone, 0, together.length, together, 0, together.length);
        int shared = difference < 0 ? together.length : difference;
        return cut(Arrays.copyOf(together, shared), Arrays.copyOfRange(together, shared, together.length));
    }

    /** Behind the start token, which is not doubled. */
    private EncodedRequest withoutContext(String continuation) {
        long[] start = start();
        long[] ids = tokenizer.encode(continuation, SpecialTokens.NEVER);
        boolean there = ids.length > 0 && ids[0] == start[0];
        return cut(start, there ? Arrays.copyOfRange(ids, 1, ids.length) : ids);
    }

    private long[] start() {
        return tokenizer.encode("", SpecialTokens.ALWAYS);
    }

    /** Ids of a text that begins with the start token at most once. */
    private long[] ids(String text) {
        long[] ids = tokenizer.encode(text, special);
        boolean added = special == SpecialTokens.ALWAYS || (special == SpecialTokens.DEFAULT && tokenizer.addsBos());
        boolean doubled = added && ids.length > 1 && ids[0] == ids[1] && Objects.equals(ids[0], startId(tokenizer));
        return doubled ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
    }

    private EncodedRequest cut(long[] context, long[] continuation) {
        long[] all = LongStream.concat(LongStream.of(context), LongStream.of(continuation))
                .toArray();
        int first = Math.max(0, all.length - (longest + 1));
        long[] tokens = Arrays.copyOfRange(all, first, all.length);
        return new EncodedRequest(tokens, Math.clamp(tokens.length - 1L, 0, continuation.length));
    }
}
