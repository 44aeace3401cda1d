package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.RecipeDocument;

/** The recipe of a job: a preset's name (a JSON string) or a whole recipe (a JSON object). */
public sealed interface RecipeReference {

    /** A preset that the service ships. */
    record Preset(@JsonValue String name) implements RecipeReference {
        public Preset {
            Check.name(name, "recipe");
        }
    }

    /** The submitter's own composition, as it was sent. */
    record Inline(@JsonValue RecipeDocument document) implements RecipeReference {}

    /** Reads either form. */
    @JsonCreator
    static RecipeReference from(com.fasterxml.jackson.databind.JsonNode node) {
        if (node.isTextual()) {
            return new Preset(node.textValue());
        }
        if (node.isObject()) {
            return new Inline(RecipeDocument.of(node));
        }
        throw new InvalidSpecException("recipe", "is neither a name nor an object", "name a preset or write a recipe");
    }

    /**
     * The whole recipe, looked up in {@code presets} where a name was given.
     *
     * @throws InvalidSpecException naming the field at fault by its JSON Pointer in the spec
     */
    default Recipe resolve(Presets presets) {
        return switch (this) {
            case Preset preset -> presets.get(preset.name());
            case Inline inline -> resolve(inline.document(), presets);
        };
    }

    /**
     * Where a field of the resolved recipe stands in the spec: a preset's fields all stand in its name.
     *
     * @param field JSON Pointer in the recipe
     */
    default String pointer(String field) {
        return switch (this) {
            case Preset preset -> "/recipe";
            case Inline inline -> "/recipe" + inline.document().place(field);
        };
    }

    private static Recipe resolve(RecipeDocument document, Presets presets) {
        try {
            return document.resolve(presets::get);
        } catch (InvalidSpecException e) {
            throw new InvalidSpecException("/recipe" + e.field(), e.reason(), e.remedy());
        }
    }
}
