package io.bisup.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The recipes that the service ships, read from {@code io/bisup/contract/recipes/*.yaml}. */
public final class Presets {

    private static final List<String> NAMES =
            List.of("rtn-w4a16-g128", "rtn-w4a4-g128", "rtn-w3a3-g128", "bisup-w4a4-g128", "bisup-w3a3-g128");

    private final Map<String, Recipe> byName = new TreeMap<>();

    private Presets() {
        for (String name : NAMES) {
            byName.put(name, read(name));
        }
    }

    /** Reads all presets; a broken one is an error at start, not at the first job. */
    public static Presets load() {
        return new Presets();
    }

    public Collection<Recipe> all() {
        return List.copyOf(byName.values());
    }

    /** The preset of that name. */
    public Recipe get(String name) {
        Recipe recipe = byName.get(name);
        if (recipe == null) {
            throw new InvalidSpecException("recipe", "'" + name + "' is no preset", "use one of " + byName.keySet());
        }
        return recipe;
    }

    private static Recipe read(String name) {
        try (InputStream in = Presets.class.getResourceAsStream("recipes/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("preset " + name + " is not in the jar");
            }
            return Json.yaml(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8), Recipe.class);
        } catch (IOException e) {
            throw new UncheckedIOException("preset " + name, e);
        }
    }
}
