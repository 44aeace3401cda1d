package io.bisup.contract.recipe;

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
     * @param onlyIfBetter keeps nearest rounding where the output error of the linear is not smaller
     */
    record Gptq(double damping, int block, Order order, boolean asymmetric, boolean onlyIfBetter) implements Rounding {
        /** Which column first. */
        public enum Order {
            NATURAL,
            /** The largest second moment first. */
            ACTIVATION
        }

        public Gptq {
            damping = damping == 0 ? 0.01 : damping;
            block = block == 0 ? 128 : block;
            order = order == null ? Order.NATURAL : order;
            Check.range(damping, 1e-6, 1, "damping");
            Check.range(block, 1, 4096, "block");
        }
    }
}
