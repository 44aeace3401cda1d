package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;
import java.util.List;

/** The tokens whose keys and values stay in high precision in front of every sequence (BiSup §2.2; PrefixQuant). */
public sealed interface Prefix {

    /** No tokens. */
    record None() implements Prefix {}

    /** The tokenizer's BOS token, or its EOS token where it has no BOS. */
    record Bos() implements Prefix {}

    /** The job's system prompt, rendered; as {@link Bos} where the job has none. */
    record SystemPrompt() implements Prefix {}

    /** These tokens. */
    record Tokens(List<Long> ids) implements Prefix {
        public Tokens {
            ids = List.copyOf(Check.present(ids, "ids"));
            Check.range(ids.size(), 1, 4096, "ids");
            for (int i = 0; i < ids.size(); i++) {
                Check.range(ids.get(i), 0, Integer.MAX_VALUE, "ids/" + i);
            }
        }
    }

    /**
     * The tokens that produce massive activations in the calibration data (PrefixQuant, arXiv 2410.05265, §4).
     *
     * @param eta how many times the median makes an outlier
     */
    record Detected(@JsonProperty(defaultValue = "64") double eta) implements Prefix {
        public Detected {
            Check.range(eta, 2, 1e6, "eta");
        }
    }
}
