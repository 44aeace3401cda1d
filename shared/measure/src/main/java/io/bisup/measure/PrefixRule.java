package io.bisup.measure;

import io.bisup.contract.Digests;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * How a text begins for one model: what its prefix holds is not put in front of the text again.
 *
 * @param special what the tokenizer puts around the text
 * @param bos the rule's name in results: "tokenizer", "prefix" or "none"
 * @param prefixSha256 digest of the prefix's token ids, in decimal and separated by commas, or "none"
 */
public record PrefixRule(SpecialTokens special, String bos, String prefixSha256) {

    static PrefixRule of(List<Long> prefixIds, Tokenizer tokenizer) {
        String digest = sha256(prefixIds);
        if (!prefixIds.isEmpty() && Objects.equals(prefixIds.getFirst(), tokenizer.bosId())) {
            return new PrefixRule(SpecialTokens.NEVER, "prefix", digest);
        }
        return new PrefixRule(SpecialTokens.DEFAULT, tokenizer.addsBos() ? "tokenizer" : "none", digest);
    }

    /** Digest of a prefix's token ids, in decimal and separated by commas, or "none". */
    public static String sha256(List<Long> prefixIds) {
        return prefixIds.isEmpty()
                ? "none"
                : Digests.sha256(prefixIds.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }
}
