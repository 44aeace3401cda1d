package io.bisup.bench.profile;

import io.bisup.bench.methods.MarkdownTable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a quantization was doing in each state that it was seen in. */
final class Phases {

    /** Methods of the engine that are a phase each, stages apart; by the outermost of them a state is named. */
    static final Map<String, String> METHODS = Map.of(
            "io/bisup/quantize/prefix/PrefixDetection.find", "prefix detection",
            "io/bisup/quantize/run/ChannelWeights.of", "weights of channels",
            "io/bisup/quantize/run/Streams.advanceExact", "full-precision stream",
            "io/bisup/quantize/run/Streams.advanceQuantized", "quantized stream",
            "io/bisup/quantize/stage/Statistics.collect", "statistics",
            "io/bisup/quantize/run/BlockPass.write", "writing of blocks",
            "io/bisup/quantize/export/NativeArtifact.complete", "writing of the rest",
            "io/bisup/llm/token/Tokenizer.encode", "tokens");

    private static final String STAGES = "io/bisup/quantize/stage/";
    private static final String STAGE = "Stage.apply";
    private static final String OURS = "io/bisup/";
    /** What carries a call to the tensor library says nothing of why. */
    private static final String CARRIER = "io/bisup/llm/tensor/";

    private static final Pattern LAMBDA = Pattern.compile("lambda\\$(\\w+)\\$\\d+");
    private static final String REST = "all else";
    private static final int SHOWN = 3;

    private final List<Stack> stacks;
    private final long samples;

    Phases(List<Stack> stacks) {
        this.stacks = List.copyOf(stacks);
        this.samples = stacks.stream().mapToLong(Stack::samples).sum();
    }

    /** A phase's share of the time, and of that the shares of the methods of ours that it was in, or called from. */
    String table(double seconds) {
        MarkdownTable table = new MarkdownTable(List.of("phase", "in", "share", "s"), 2);
        Map<String, List<Stack>> phases =
                stacks.stream().collect(Collectors.groupingBy(Phases::phase, TreeMap::new, Collectors.toList()));
        phases.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, List<Stack>> phase) -> sum(phase.getValue()))
                        .reversed())
                .forEach(phase -> {
                    long seen = sum(phase.getValue());
                    table.add(List.of(
                            phase.getKey(),
                            methods(phase.getValue()),
                            percent(seen, samples),
                            String.format(Locale.ROOT, "%.1f", seconds * seen / samples)));
                });
        return table.toString();
    }

    private static String phase(Stack stack) {
        for (String frame : stack.frames()) {
            if (METHODS.containsKey(frame)) {
                return METHODS.get(frame);
            }
            if (frame.startsWith(STAGES) && frame.endsWith(STAGE)) {
                return frame.substring(STAGES.length(), frame.length() - STAGE.length()) + " stage";
            }
        }
        return REST;
    }

    /** The innermost methods of ours, the most frequent first. */
    private static String methods(List<Stack> stacks) {
        Map<String, Long> seen = new HashMap<>();
        stacks.forEach(stack -> seen.merge(innermost(stack), stack.samples(), Long::sum));
        long all = sum(stacks);
        return seen.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(SHOWN)
                .map(method -> "`" + method.getKey() + "` " + percent(method.getValue(), all))
                .collect(Collectors.joining(", "));
    }

    private static String innermost(Stack stack) {
        return stack.frames().reversed().stream()
                .filter(frame -> frame.startsWith(OURS) && !frame.startsWith(CARRIER))
                .findFirst()
                .map(frame -> LAMBDA.matcher(frame.substring(frame.lastIndexOf('/') + 1))
                        .replaceAll("$1"))
                .orElse("the JVM");
    }

    private static long sum(List<Stack> stacks) {
        return stacks.stream().mapToLong(Stack::samples).sum();
    }

    private static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
    }
}
