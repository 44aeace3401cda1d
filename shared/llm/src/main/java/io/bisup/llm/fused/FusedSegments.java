package io.bisup.llm.fused;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.plan.Segment;
import java.util.ArrayList;
import java.util.List;

/** Fake quantization of a matrix whose consecutive columns have formats of their own, such as keepers at the end. */
final class FusedSegments {
    private record Part(int first, int columns, FusedFakeQuant quantizer) {
        FloatMatrix of(FloatMatrix x) {
            return x.columns(first, columns);
        }
    }

    private final List<Part> parts = new ArrayList<>();

    /**
     * A quantizer of all columns.
     *
     * @param segments from left to right; none: nothing is quantized
     * @param storedScale whether scales are rounded to bfloat16, as an artifact stores those of weights
     */
    FusedSegments(List<Segment> segments, boolean storedScale) {
        int first = 0;
        for (Segment segment : segments) {
            parts.add(new Part(first, segment.columns(), quantizer(segment.format(), storedScale)));
            first += segment.columns();
        }
    }

    /** The quantizer of a format whose scope may be a row, its groups, tiles of groups, or a head. */
    static FusedFakeQuant quantizer(Format format, boolean storedScale) {
        int group = switch (format.scope()) {
            case Scope.Channels channels -> channels.columns();
            case Scope.Row row -> 0;
            case Scope.Head head -> 0;
            case Scope.Tensor tensor ->
                throw new IllegalArgumentException("one scale for a whole tensor has no fused kernel; use the graph");
        };
        return new FusedFakeQuant(
                format.bits(), format.symmetric(), group, format.scope().sharedRows(), storedScale);
    }

    /** Whether anything is quantized. */
    boolean quantizes() {
        return !parts.isEmpty();
    }

    int count() {
        return parts.size();
    }

    /** Writes x̂; {@code clips} has one entry per segment. */
    void forward(FloatMatrix x, List<Clip> clips, FloatMatrix out) {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            part.quantizer.forward(part.of(x), clips.get(i), part.of(out));
        }
    }

    /** Adds the gradients of x and of the clip factors to those given, each unless absent. */
    void backward(FloatMatrix x, List<Clip> clips, FloatMatrix dOut, FloatMatrix dx, List<Clip> dClips) {
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            part.quantizer.backward(part.of(x), clips.get(i), part.of(dOut), part.of(dx), dClips.get(i));
        }
    }
}
