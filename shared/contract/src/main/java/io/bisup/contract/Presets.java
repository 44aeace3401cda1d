package io.bisup.contract;

import io.bisup.contract.recipe.Preset;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.RecipeDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The recipes that the service ships, read from {@code io/bisup/contract/recipes/*.yaml}. */
public final class Presets {

    /** In the order of lists; what a preset builds on comes before it. */
    private static final List<String> NAMES = List.of(
            "rtn-w4a16-g128",
            "rtn-w8a8",
            "rtn-w4a8-g128",
            "rtn-w4a4-g128",
            "rtn-w3a3-g128",
            "rtn-w8a16kv4",
            "rtn-w8a16kv3",
            "rtn-asym-w4a16-g128",
            "rtn-asym-w4a4-g128",
            "rtn-asym-w3a3-g128",
            "rtn-search-w4a16-g128",
            "rtn-search-w8a8",
            "rtn-search-w4a8-g128",
            "rtn-search-w4a4-g128",
            "rtn-search-w3a3-g128",
            "gptq-w4a16-g128",
            "smoothquant-w8a8",
            "aser-w4a8",
            "atom-w4a4-g128",
            "atom-w3a3-g128",
            "quarot-w4a4",
            "quarot-w4a4-g128",
            "quarot-w3a3-g128",
            "bisup-w4a4-g128",
            "bisup-w3a3-g128",
            "bisup-atom-w4a4-g128",
            "bisup-atom-w3a3-g128",
            "bisup-quarot-w4a4-g128",
            "bisup-quarot-w3a3-g128",
            "portable-w4a16-g128",
            "portable-w4a8-g128",
            "portable-w4a4-g128",
            "portable-w8a8");

    private final Map<String, Preset> byName = new LinkedHashMap<>();

    private Presets() {
        for (String name : NAMES) {
            byName.put(name, read(name));
        }
    }

    /** Reads all presets; a broken one is an error at start, not at the first job. */
    public static Presets load() {
        return new Presets();
    }

    /** All of them, simple methods first. */
    public List<Preset> all() {
        return List.copyOf(byName.values());
    }

    /**
     * The recipe of the preset of that name.
     *
     * @throws InvalidSpecException when there is none
     */
    public Recipe get(String name) {
        return preset(name).recipe();
    }

    /**
     * The preset of that name.
     *
     * @throws InvalidSpecException when there is none
     */
    public Preset preset(String name) {
        Preset preset = byName.get(name);
        if (preset == null) {
            throw new InvalidSpecException("recipe", "'" + name + "' is no preset", "use one of " + byName.keySet());
        }
        return preset;
    }

    private Preset read(String name) {
        try (InputStream in = Presets.class.getResourceAsStream("recipes/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("preset " + name + " is not in the jar");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            RecipeDocument document = Json.yaml(text, RecipeDocument.class);
            Recipe recipe = document.resolve(this::get);
            if (!recipe.name().equals(name)) {
                throw new IllegalStateException(name + ".yaml names its recipe " + recipe.name());
            }
            return new Preset(recipe, document);
        } catch (IOException e) {
            throw new UncheckedIOException("preset " + name, e);
        } catch (InvalidSpecException e) {
            throw new IllegalStateException("preset " + name + ": " + e.getMessage(), e);
        }
    }
}
