package io.bisup.contract;

/**
 * One perplexity to measure.
 *
 * @param dataset name of a registered data set
 * @param protocol how text becomes windows; two protocols never share a column
 * @param window tokens per window, up to the model's context
 */
public record PerplexitySpec(String dataset, Protocol protocol, int window) implements EvaluationSpec {

    public PerplexitySpec {
        Check.name(dataset, "dataset");
        protocol = protocol == null ? Protocol.GPTQ : protocol;
        Check.range(window, 2, 1_048_576, "window");
    }

    /** Perplexity protocols of the literature. */
    public enum Protocol {
        /** Rows joined by two newlines, tokenized once, consecutive windows (all published WikiText-2 tables). */
        GPTQ("gptq", false),
        /** First 1,100 documents joined by a space, tokenized once, first 256 windows (QuaRot and later). */
        C4_NEW("c4-new", true),
        /** 256 random windows of random documents (Atom, OmniQuant). */
        C4_OLD("c4-old", true);

        private final String id;
        private final boolean documents;

        Protocol(String id, boolean documents) {
            this.id = id;
            this.documents = documents;
        }

        /** Whether it needs to know where a document ends: JSON lines, not running text. */
        public boolean needsDocuments() {
            return documents;
        }

        /** The protocol's name in specs, results and commands. */
        @com.fasterxml.jackson.annotation.JsonValue
        public String id() {
            return id;
        }
    }
}
