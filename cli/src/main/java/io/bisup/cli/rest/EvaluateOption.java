package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.BosRule;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.Harness;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.TaskSpec;
import io.bisup.data.task.Task;
import java.util.Arrays;
import java.util.Optional;

/** One evaluation in a few words. */
final class EvaluateOption {

    static final String DESCRIPTION =
            "what to measure, repeatable: DATASET:PROTOCOL:WINDOW a perplexity (gptq, c4-new, c4-old), "
                    + "DATASET:divergence:WINDOW the divergence from the FP model, DATASET:propagation:WINDOW how its error "
                    + "grows and spreads, DATASET:TASK[:LIMIT] a zero-shot task";

    private EvaluateOption() {}

    static EvaluationSpec parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || (parts.length == 3 && !parts[2].matches("\\d{1,9}"))) {
            throw unreadable(text);
        }
        Integer number = parts.length == 3 ? Integer.valueOf(parts[2]) : null;
        Optional<PerplexitySpec.Protocol> protocol = Arrays.stream(PerplexitySpec.Protocol.values())
                .filter(p -> p.id().equals(parts[1]))
                .findFirst();
        boolean divergence = parts[1].equals("divergence");
        boolean propagation = parts[1].equals("propagation");
        if (protocol.isEmpty() && !divergence && !propagation) {
            if (Task.named(parts[1]).isEmpty()) {
                throw new UserErrorException(
                        "--evaluate: '" + parts[1] + "' is no protocol and no task; use gptq, c4-new, "
                                + "c4-old, divergence, propagation, " + String.join(", ", Task.names()));
            }
            return new TaskSpec(parts[0], parts[1], number, Harness.V0_4_9_2, BosRule.AUTO);
        }
        if (number == null) {
            throw unreadable(text);
        }
        if (propagation) {
            return new PropagationSpec(parts[0], null, number);
        }
        return divergence
                ? new DivergenceSpec(parts[0], PerplexitySpec.Protocol.GPTQ, number)
                : new PerplexitySpec(parts[0], protocol.orElseThrow(), number);
    }

    private static UserErrorException unreadable(String text) {
        return new UserErrorException(
                "--evaluate: '" + text + "' is not DATASET:PROTOCOL:WINDOW or DATASET:TASK[:LIMIT]; "
                        + "write for example wikitext2:gptq:2048, wikitext2:divergence:512 or arc:arc_easy:200");
    }
}
