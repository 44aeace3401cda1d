package io.bisup.api.preflight;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.recipe.Obstacle;
import java.util.List;

/**
 * Whether what a recipe makes can be served in a format, and by which programs.
 *
 * @param format the format
 * @param possible whether it can be exported so
 * @param readers programs that load the format
 * @param obstacles why it cannot, with JSON Pointers into the recipe; empty when it can
 * @param command what serves an export that lies in the folder DIR; empty when it cannot
 * @param notes what who serves it must know
 */
public record ServedAs(
        ExportFormat format,
        boolean possible,
        List<String> readers,
        List<Obstacle> obstacles,
        String command,
        List<String> notes) {
    public ServedAs {
        readers = List.copyOf(readers);
        obstacles = List.copyOf(obstacles);
        notes = List.copyOf(notes);
    }
}
