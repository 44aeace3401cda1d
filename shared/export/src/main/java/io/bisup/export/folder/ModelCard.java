package io.bisup.export.folder;

import io.bisup.contract.Json;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.export.format.ExportWork;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * README.md of an export.
 *
 * @param holds what the folder holds, in a sentence
 * @param use how it is opened or served: lines of a shell or of Python
 * @param remarks what is true of this export beside the recipe's notes
 */
public record ModelCard(String holds, List<String> use, List<String> remarks) {

    public ModelCard {
        use = List.copyOf(use);
        remarks = List.copyOf(remarks);
    }

    /** The card of one export. */
    public String text(ExportWork work) {
        var sidecar = work.source().artifact().sidecar();
        Precision precision = sidecar.recipe().precision();
        List<String> lines = new ArrayList<>();
        lines.add("# Quantized with recipe " + sidecar.recipe().name());
        lines.add("");
        lines.add(holds);
        lines.add("");
        lines.add("| what | stored as |");
        lines.add("|---|---|");
        lines.add("| weights of the linears | " + words(precision.weights()) + " |");
        lines.add("| their inputs | " + words(precision.inputs()) + " |");
        lines.add(
                "| keys and values, by the recipe | " + words(precision.cache().keys()) + ", "
                        + words(precision.cache().values()) + " |");
        lines.add("| source, SHA-256 | `" + sidecar.sourceSha256() + "` |");
        lines.add("");
        if (!use.isEmpty()) {
            lines.add("```");
            lines.addAll(use);
            lines.add("```");
            lines.add("");
        }
        List<String> notes = new ArrayList<>(remarks);
        notes.addAll(work.notes());
        notes.add(licence(work));
        notes.forEach(note -> lines.add("- " + note));
        lines.add("");
        if (!work.options().scores().isBlank()) {
            lines.add("## Scores");
            lines.add(work.options().scores().strip());
            lines.add("");
        }
        lines.add("## Recipe");
        lines.add("```json");
        lines.add(Json.tree(sidecar.recipe()).toPrettyString());
        lines.add("```");
        return String.join("\n", lines) + "\n";
    }

    private static String licence(ExportWork work) {
        return Files.isRegularFile(work.source().artifact().directory().resolve(ModelFiles.LICENCE))
                ? "The licence of the source holds for this folder too: LICENSE."
                : "The licence of the source holds for this folder too; the source's folder has no LICENSE file to copy.";
    }

    private static String words(Format format) {
        if (!format.quantizes()) {
            return "16 bits";
        }
        String scope = Json.tree(format.scope()).toString().replace("\"", "");
        return format.bits() + " bits, " + (format.symmetric() ? "symmetric" : "with zero points") + ", " + scope;
    }
}
