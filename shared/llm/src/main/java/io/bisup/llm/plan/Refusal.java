package io.bisup.llm.plan;

/**
 * Why a recipe cannot be done to a model.
 *
 * @param pointer JSON Pointer into the recipe, such as "/precision/keepers"
 * @param reason what is wrong there
 * @param nearest the nearest legal recipe, in words
 */
public record Refusal(String pointer, String reason, String nearest) {}
