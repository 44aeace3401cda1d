package io.bisup.contract.recipe;

import io.bisup.contract.ExportFormat;
import java.util.Arrays;
import java.util.List;

/**
 * Whether a format that other programs load can say what a recipe makes: the one place that decides it, for presets, jobs and
 * exports alike. It knows no model; what depends on a model's shapes is refused when it is exported.
 *
 * @param format the format
 * @param obstacles why it cannot, in the order of the document; empty when it can
 * @param notes what a user of the export must know: what is not carried because it is no part of a checkpoint
 */
public record Portability(ExportFormat format, List<Obstacle> obstacles, List<String> notes) {

    public Portability {
        obstacles = List.copyOf(obstacles);
        notes = List.copyOf(notes);
    }

    /** Whether the recipe's artifacts can be exported in one format. */
    public static Portability of(Recipe recipe, ExportFormat format) {
        return new Portability(format, PortabilityRules.check(recipe, format), PortabilityNotes.of(recipe, format));
    }

    /** Whether the recipe's artifacts can be exported in each format. */
    public static List<Portability> of(Recipe recipe) {
        return Arrays.stream(ExportFormat.values())
                .map(format -> of(recipe, format))
                .toList();
    }

    /**
     * The format of the folder that an adapter of low-rank branches stands on: packed codes where readers can say them, what the
     * codes stand for otherwise.
     */
    public static ExportFormat adapterBase(Recipe recipe) {
        return PortabilityRules.adapterBase(recipe);
    }

    /** Whether nothing stands in the way. */
    public boolean possible() {
        return obstacles.isEmpty();
    }
}
