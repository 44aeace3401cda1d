package io.bisup.llm.plan;

import java.util.List;

/** The planner's answer. */
public sealed interface Plan {

    /** The recipe can be done. */
    record Legal(BlockPlan blocks) implements Plan {}

    /** It cannot; at least one reason, in the order of the document. */
    record Refused(List<Refusal> refusals) implements Plan {
        public Refused {
            refusals = List.copyOf(refusals);
        }
    }
}
