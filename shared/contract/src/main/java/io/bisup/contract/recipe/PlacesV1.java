package io.bisup.contract.recipe;

import java.util.List;
import java.util.Map;

/** Where fields of an upgraded recipe stand in its document of version 1. */
final class PlacesV1 {

    /** Where fields begin and what is written there instead, longer pointers first. */
    private static final List<Map.Entry<String, String>> MOVED = List.of(
            Map.entry("/precision/weights/scope", "/weights/group"),
            Map.entry("/precision/weights", "/weights"),
            Map.entry("/precision/inputs/scope", "/activations/group"),
            Map.entry("/precision/inputs", "/activations"),
            Map.entry("/precision/cache/keys/scope", "/keyValue/group"),
            Map.entry("/ranges/weights", "/clipping/weights"),
            Map.entry("/ranges/inputs", "/clipping/activations"),
            Map.entry("/ranges/cache", "/clipping/keyValue"),
            Map.entry("/compensation", "/lowRank"),
            Map.entry("/learning/lowRankRate", "/lowRank/learningRate"),
            Map.entry("/learning/rate", "/training/learningRate"),
            Map.entry("/learning/of", "/training"),
            Map.entry("/learning", "/training"));

    private PlacesV1() {}

    /**
     * The JSON Pointer in the old document.
     *
     * @param field JSON Pointer in the recipe
     */
    static String of(String field) {
        if (field.startsWith("/transforms")) {
            return field.contains("/smooth") ? "/smoothing" : "/base";
        }
        return MOVED.stream()
                .filter(moved -> field.startsWith(moved.getKey()))
                .findFirst()
                .map(moved -> moved.getValue() + field.substring(moved.getKey().length()))
                .orElse(field.startsWith("/precision/cache") ? "/keyValue" : field);
    }
}
