package io.bisup.contract.recipe;

/**
 * A recipe that the service ships.
 *
 * @param recipe whole
 * @param document as its file says it, with what it builds on
 */
public record Preset(Recipe recipe, RecipeDocument document) {

    public String name() {
        return recipe.name();
    }

    public About about() {
        return document.about();
    }
}
