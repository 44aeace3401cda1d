package io.bisup.contract;

/**
 * How the artifact's error grows and spreads.
 *
 * @param propagation what is said of it in a line
 * @param map where all of it lies, a {@link PropagationResult}
 */
public record PropagationScore(Summary propagation, ObjectEntry map) implements Score {

    /**
     * The error behind the last block, with what it depends on; see {@link PropagationResult}.
     *
     * @param firstToken mean error of the windows' first tokens
     * @param others mean error of all other tokens
     */
    public record Summary(
            String dataset,
            String datasetSha256,
            int window,
            int windows,
            String prefixSha256,
            String dtype,
            String codeVersion,
            double firstToken,
            double others,
            double seconds) {}

    /** The score of a result that was stored. */
    public static PropagationScore of(PropagationResult result, ObjectEntry map) {
        PropagationResult.Block last = result.blocks().getLast();
        return new PropagationScore(
                new Summary(
                        result.dataset(),
                        result.datasetSha256(),
                        result.window(),
                        result.windows(),
                        result.prefixSha256(),
                        result.dtype(),
                        result.codeVersion(),
                        last.firstToken(),
                        last.others(),
                        result.seconds()),
                map);
    }
}
