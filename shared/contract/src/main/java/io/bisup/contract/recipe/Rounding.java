package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;

/** How a weight's values become codes. */
public sealed interface Rounding {

    /** To the nearest code. */
    record Nearest() implements Rounding {}

    /**
     * Column by column, with each error compensated by the columns not yet rounded (GPTQ, arXiv 2210.17323).
     *
     * @param damping part of the mean diagonal added to the second moments
     * @param block columns updated together
     * @param order of the columns
     * @param asymmetric also compensates the difference of quantized and exact inputs (GPTAQ)
     * @param onlyIfBetter keeps nearest rounding in blocks whose output error is not smaller
     */
    record Gptq(
            @JsonProperty(defaultValue = "0.01") double damping,
            @JsonProperty(defaultValue = "128") int block,
            Order order,
            @JsonProperty(defaultValue = "false") boolean asymmetric,
            @JsonProperty(defaultValue = "false") boolean onlyIfBetter)
            implements Rounding {
        /** Which column first. */
        public enum Order {
            NATURAL,
            /** The largest second moment first. */
            ACTIVATION
        }

        public Gptq {
            order = order == null ? Order.NATURAL : order;
            Check.range(damping, 1e-6, 1, "damping");
            Check.range(block, 1, 4096, "block");
        }
    }
}
