package io.bisup.contract.recipe;

/**
 * Why a format cannot say what a recipe makes.
 *
 * @param pointer JSON Pointer into the recipe, such as "/precision/keepers"
 * @param reason what the format has no field for, or its readers do not do
 * @param remedy the nearest change that the format can say
 */
public record Obstacle(String pointer, String reason, String remedy) {}
