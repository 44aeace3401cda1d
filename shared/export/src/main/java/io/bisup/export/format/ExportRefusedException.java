package io.bisup.export.format;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.recipe.Obstacle;
import java.util.List;
import java.util.stream.Collectors;

/** A format cannot say what an artifact holds; nothing was written. */
public final class ExportRefusedException extends FailureException {

    private static final long serialVersionUID = 1;

    private final transient List<Obstacle> obstacles;

    private ExportRefusedException(ExportFormat format, List<Obstacle> obstacles, String reasons) {
        super(FailureCode.UNSUPPORTED_RECIPE, "cannot export as " + format.wireName() + ": " + reasons);
        this.obstacles = List.copyOf(obstacles);
    }

    /** One by one; without a pointer where it is the model's shape and not the recipe. */
    public List<Obstacle> obstacles() {
        return obstacles;
    }

    /** The recipe has what the format has no field for. */
    public static ExportRefusedException of(ExportFormat format, List<Obstacle> obstacles) {
        return new ExportRefusedException(
                format,
                obstacles,
                obstacles.stream()
                        .map(o -> o.pointer() + " " + o.reason() + " (instead: " + o.remedy() + ")")
                        .collect(Collectors.joining("; ")));
    }

    /** The model has a shape that the format has no place for. */
    public static ExportRefusedException ofShapes(ExportFormat format, List<Refusal> refusals) {
        return new ExportRefusedException(
                format,
                refusals.stream()
                        .map(r -> new Obstacle("", r.tensor() + " " + r.shape() + ": " + r.reason(), r.remedy()))
                        .toList(),
                refusals.stream().map(Refusal::text).collect(Collectors.joining("; ")));
    }
}
