package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.TaskSpec;
import io.bisup.data.task.Task;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One evaluation in a few words. */
final class EvaluateOption {

    static final String DESCRIPTION =
            "what to measure, repeatable: DATASET:PROTOCOL:WINDOW a perplexity (gptq, c4-new, c4-old), "
                    + "DATASET:divergence:WINDOW the divergence from the FP model, DATASET:propagation:WINDOW how its error "
                    + "grows and spreads, DATASET:TASK[:LIMIT][:SHOTS@EXAMPLES] a task, zero-shot or behind so many solved examples of another data set";

    private static final String DIVERGENCE = "divergence";
    private static final String PROPAGATION = "propagation";
    private static final Pattern FORM = Pattern.compile(
            "(?<dataset>[^:]+):(?<what>[^:]+)(:(?<number>\\d{1,9}))?(:(?<shots>\\d{1,3})@(?<examples>[^:@]+))?");

    private EvaluateOption() {}

    static EvaluationSpec parse(String text) {
        Matcher words = FORM.matcher(text);
        if (!words.matches()) {
            throw unreadable(text);
        }
        String dataset = words.group("dataset");
        String what = words.group("what");
        Integer number = words.group("number") == null ? null : Integer.valueOf(words.group("number"));
        Optional<PerplexitySpec.Protocol> protocol = Arrays.stream(PerplexitySpec.Protocol.values())
                .filter(p -> p.id().equals(what))
                .findFirst();
        if (protocol.isEmpty() && !what.equals(DIVERGENCE) && !what.equals(PROPAGATION)) {
            return task(dataset, what, number, words);
        }
        if (number == null || words.group("shots") != null) {
            throw unreadable(text);
        }
        return switch (what) {
            case PROPAGATION -> new PropagationSpec(dataset, null, number);
            case DIVERGENCE -> new DivergenceSpec(dataset, PerplexitySpec.Protocol.GPTQ, number);
            default -> new PerplexitySpec(dataset, protocol.orElseThrow(), number);
        };
    }

    private static TaskSpec task(String dataset, String task, @Nullable Integer limit, Matcher words) {
        if (Task.named(task).isEmpty()) {
            throw new UserErrorException("--evaluate: '" + task + "' is no protocol and no task; use gptq, c4-new, "
                    + "c4-old, divergence, propagation, " + String.join(", ", Task.names()));
        }
        TaskSpec zeroShot = TaskSpec.zeroShot(dataset, task, limit);
        return words.group("shots") == null
                ? zeroShot
                : zeroShot.behind(
                        new TaskSpec.Examples(words.group("examples"), Integer.parseInt(words.group("shots"))));
    }

    private static UserErrorException unreadable(String text) {
        return new UserErrorException("--evaluate: '" + text
                + "' is not DATASET:PROTOCOL:WINDOW or DATASET:TASK[:LIMIT][:SHOTS@EXAMPLES]; write for example "
                + "wikitext2:gptq:2048, wikitext2:divergence:512, arc:arc_easy:200 or mmlu:mmlu:5@mmlu-dev");
    }
}
