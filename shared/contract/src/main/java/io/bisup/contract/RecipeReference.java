package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The recipe of a job: a preset's name (a JSON string) or a whole recipe (a JSON object). */
public sealed interface RecipeReference {

    /** A preset that the service ships. */
    record Preset(@JsonValue String name) implements RecipeReference {
        public Preset {
            Check.name(name, "recipe");
        }
    }

    /** The submitter's own composition. */
    record Inline(@JsonValue Recipe recipe) implements RecipeReference {}

    /** Reads either form. */
    @JsonCreator
    static RecipeReference from(com.fasterxml.jackson.databind.JsonNode node) {
        if (node.isTextual()) {
            return new Preset(node.textValue());
        }
        if (node.isObject()) {
            return new Inline(Json.convert(node, Recipe.class));
        }
        throw new InvalidSpecException("recipe", "is neither a name nor an object", "name a preset or write a recipe");
    }

    /** The whole recipe, looked up in {@code presets} where only a name was given. */
    default Recipe resolve(Presets presets) {
        return switch (this) {
            case Preset preset -> presets.get(preset.name());
            case Inline inline -> inline.recipe();
        };
    }
}
