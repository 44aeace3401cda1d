package io.bisup.bench.methods;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a line is worth beside the others of its conditions. */
final class Comparison {

    private final List<Line> lines;

    /** @param lines of the same conditions */
    Comparison(List<Line> lines) {
        this.lines = List.copyOf(lines);
    }

    /**
     * The line that recovered loss is counted from: the best that needs no training among those of the same nominal bits,
     * calibrated on the same text where there is one.
     */
    Optional<Line> reference(Line line) {
        List<Line> candidates = lines.stream()
                .filter(other -> other.isReference() && other.formats().equals(line.formats()))
                .toList();
        List<Line> sameText = candidates.stream()
                .filter(other -> other.calibration().equals(line.calibration()))
                .toList();
        return (sameText.isEmpty() ? candidates : sameText)
                .stream().min(Comparator.comparingDouble(other -> other.loss(0).mean()));
    }

    /** Part of the reference's loss that a line does not lose, on a text; nothing for the reference itself. */
    OptionalDouble recovered(Line line, int text) {
        Optional<Line> reference = reference(line).filter(other -> !other.equals(line));
        return reference.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        1 - line.loss(text).mean() / reference.get().loss(text).mean());
    }

    /**
     * The line of the nearest stored size among those that need no training and have inputs and cache of the same bits,
     * whatever the bits of their weights' codes; the better one of two as near.
     */
    Optional<Line> nearestSize(Line line) {
        return lines.stream()
                .filter(other -> !other.name().equals(line.name()))
                .filter(other -> other.untrained() && other.formats().runsAs(line.formats()))
                .min(Comparator.comparingDouble((Line other) -> distance(line, other))
                        .thenComparingDouble(other -> other.loss(0).mean()));
    }

    /** To a tenth of a bit: what zero points cost does not make a row another size. */
    private static double distance(Line line, Line other) {
        return Math.rint(10 * Math.abs(line.storedBits() - other.storedBits()));
    }
}
