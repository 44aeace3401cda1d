package io.bisup.data.task;

/** What is computed from a document's log-likelihoods. */
public enum Metric {
    /** The choice with the highest log-likelihood is right; of equal ones the first counts. */
    ACC("acc"),
    /** As {@link #ACC}, each log-likelihood divided by its choice's length in code points. */
    ACC_NORM("acc_norm"),
    /** The one continuation is what greedy decoding gives. */
    GREEDY("acc"),
    /** exp of the negative mean log-likelihood of the documents' continuations. */
    PERPLEXITY("perplexity");

    private final String id;

    Metric(String id) {
        this.id = id;
    }

    /** The harness's name of it. */
    public String id() {
        return id;
    }
}
