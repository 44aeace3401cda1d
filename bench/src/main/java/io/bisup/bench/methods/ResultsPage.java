package io.bisup.bench.methods;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The page of all results: a section for each set of conditions, in it a chart and a table for each set of number formats. */
final class ResultsPage {

    private static final String HEAD = """
            # Results

            Written by `./bisup bench methods` from [results.json](results.json), which keeps every figure with all that it depends on; a row
            that is there is not measured again. `./bisup bench methods --quick` makes a page like this of the demo model in ten minutes.

            *Loss* is ln(perplexity / perplexity of FP), in nats a token; FP is the unquantized model behind the same prefix, where the recipe
            has one. *Recovered* is the part of the loss of `rtn-search-*` of the same bits that a row does not lose: of rounding in searched ranges,
            not in full ones. Other rows without training, such as `quarot-*`, may lose less than that: a trained row is to be held against them too.
            *KL* and *same top* compare next-token distributions with FP's on the first text. *Bits* are counted
            from the artifact's files, for each weight of the blocks' linears, branches, keepers, scales and zero points included; *formula* is what
            the recipe promises. *Nearest size* is the untrained row, of inputs and cache of the same bits, that stores most nearly as much,
            with its bits and loss: what the row's bits buy without training. *Peak* is the most memory that the quantizing process held.
            *s* is the wall time of one quantization, on a machine that may have had other work meanwhile: no comparison of speeds.
            A ± b: the mean over seeds and half the distance from the lowest to the highest.
            """;

    private final Results results;

    ResultsPage(Results results) {
        this.results = results;
    }

    /** Lines by what they have in common, in the order of their measurement. */
    static Map<Conditions, List<Line>> sections(Results results) {
        Map<Conditions, List<ResultRow>> rows = results.rows().stream()
                .collect(Collectors.groupingBy(Conditions::of, LinkedHashMap::new, Collectors.toList()));
        Map<Conditions, List<Line>> sections = new LinkedHashMap<>();
        rows.forEach((conditions, of) -> sections.put(conditions, Line.of(of)));
        return sections;
    }

    /** Name of the chart of a section, counted from 0. */
    static String chart(int section) {
        return "results-" + (section + 1) + ".svg";
    }

    @Override
    public String toString() {
        StringBuilder page = new StringBuilder(HEAD);
        int section = 0;
        for (Map.Entry<Conditions, List<Line>> entry : sections(results).entrySet()) {
            page.append('\n')
                    .append(new ResultsSection(entry.getKey(), entry.getValue(), results.baselines())
                            .text(chart(section++)));
        }
        return page.toString();
    }
}
