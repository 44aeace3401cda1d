package io.bisup.cli.rest;

import java.util.Map;
import java.util.TreeMap;

/** The option that a field of a spec was given by, so that a refusal speaks of what was typed. */
final class OptionNames {

    private static final Map<String, String> OPTIONS = new TreeMap<>(Map.of(
            "exports", "--export FORMAT",
            "priority", "--priority low|normal|high",
            "model", "--model NAME",
            "recipe", "--recipe NAME|FILE",
            "calibrationDataset", "--calibration-dataset NAME",
            "calibration", "--calibration SAMPLESxLENGTH",
            "systemPrompt", "--system-prompt FILE",
            "evaluation", "--evaluate DATASET:PROTOCOL:WINDOW",
            "qualityGate", "--max-ratio R",
            "labels", "--label KEY=VALUE"));

    private OptionNames() {}

    /**
     * The command line's option for a field of the job's spec.
     *
     * @param pointer JSON Pointer or name of a field of the spec
     * @return the option with its argument's form, or the pointer itself
     */
    static String of(String pointer) {
        String first = (pointer.startsWith("/") ? pointer.substring(1) : pointer).split("/", 2)[0];
        return OPTIONS.getOrDefault(first, pointer);
    }
}
