package io.bisup.bench.profile;

import java.util.ArrayList;
import java.util.List;

/**
 * One state that a thread was seen in.
 *
 * @param frames {@code package/Class.method}, the outermost first; frames of native code by their symbols
 * @param samples how often it was seen
 */
record Stack(List<String> frames, long samples) {
    Stack {
        frames = List.copyOf(frames);
    }

    /** Reads lines of {@code frame;frame;... samples}, the profiler's collapsed form. */
    static List<Stack> parse(String collapsed) {
        List<Stack> stacks = new ArrayList<>();
        collapsed.lines().filter(line -> !line.isBlank()).forEach(line -> {
            int last = line.lastIndexOf(' ');
            stacks.add(
                    new Stack(List.of(line.substring(0, last).split(";")), Long.parseLong(line.substring(last + 1))));
        });
        return stacks;
    }
}
