package io.bisup.export.folder;

import io.bisup.contract.Json;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Recipe;
import io.bisup.export.format.ExportWork;
import io.bisup.llm.artifact.ArtifactConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * README.md of an export: a card as Hugging Face reads it.
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

    /**
     * The card of one export.
     *
     * @throws IOException when the source's licence is there and cannot be read
     */
    public String text(ExportWork work) throws IOException {
        ArtifactConfig sidecar = work.source().artifact().sidecar();
        Licence licence = Licence.of(work.source().artifact().directory());
        String base = work.options().baseModel().strip();
        List<String> lines = new ArrayList<>();
        lines.add((base.isEmpty() ? "# Quantized" : "# " + Markdown.text(base) + ", quantized") + " with recipe "
                + Markdown.text(sidecar.recipe().name()));
        lines.add("");
        lines.add(holds);
        lines.add("");
        stored(sidecar.recipe().precision(), lines);
        if (!use.isEmpty()) {
            lines.addAll(List.of("## How to open or serve it", "```"));
            lines.addAll(use);
            lines.addAll(List.of("```", ""));
        }
        List<String> notes = new ArrayList<>(remarks);
        notes.addAll(work.notes());
        if (!notes.isEmpty()) {
            lines.add("## What to know");
            notes.forEach(note -> lines.add("- " + note));
            lines.add("");
        }
        lines.add("## Scores");
        String scores = work.options().scores().strip();
        lines.add(scores.isEmpty() ? "Not evaluated when exported, as far as the export was told." : scores);
        lines.addAll(List.of("", "## Licence", licence.words(), ""));
        provenance(sidecar, base, lines);
        recipe(sidecar.recipe(), lines);
        return CardHeader.text(work.format(), base, licence) + "\n" + String.join("\n", lines) + "\n";
    }

    private static void stored(Precision precision, List<String> lines) {
        lines.add("| what | stored as |");
        lines.add("|---|---|");
        lines.add("| weights of the linears | " + words(precision.weights()) + " |");
        lines.add("| their inputs | " + words(precision.inputs()) + " |");
        lines.add(
                "| keys and values, by the recipe | " + words(precision.cache().keys()) + ", "
                        + words(precision.cache().values()) + " |");
        lines.add("");
    }

    private static void provenance(ArtifactConfig sidecar, String base, List<String> lines) {
        lines.add("## Provenance");
        lines.add("- Base model: " + (base.isEmpty() ? "its name was not told to the export" : Markdown.text(base))
                + ".");
        lines.add("- Digest of the base model: `" + sidecar.sourceSha256() + "`.");
        lines.add("- SHA-256 of the calibration's token ids: `" + sidecar.calibrationSha256() + "`.");
        lines.add("- `bisup_export.json` has the same for programs.");
        lines.add("");
    }

    private static void recipe(Recipe recipe, List<String> lines) {
        lines.add("## Recipe");
        lines.add("```json");
        lines.add(Json.tree(recipe).toPrettyString());
        lines.add("```");
    }

    private static String words(Format format) {
        if (!format.quantizes()) {
            return "16 bits";
        }
        String scope = Json.tree(format.scope()).toString().replace("\"", "");
        return format.bits() + " bits, " + (format.symmetric() ? "symmetric" : "with zero points") + ", " + scope;
    }
}
