package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Function;

/**
 * A recipe as somebody wrote it: of any version, perhaps building on a preset ({@code base}). It is kept as it was sent; what
 * it means is found by {@link #resolve}, and only then is it checked.
 *
 * @param content the document, its fields sorted
 */
public record RecipeDocument(@JsonValue ObjectNode content) {

    public RecipeDocument {
        content = sorted(content);
    }

    /** Reads any object; its fields are looked at when it is resolved. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static RecipeDocument of(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return new RecipeDocument(object);
        }
        throw new InvalidSpecException("", "is no object", "write a recipe");
    }

    /** The document that says what a whole recipe is. */
    public static RecipeDocument of(Recipe recipe) {
        return of(Json.tree(recipe));
    }

    /** A copy. */
    @Override
    public ObjectNode content() {
        return content.deepCopy();
    }

    /** What the document says of itself. */
    public About about() {
        JsonNode about = content.get("about");
        return about == null ? About.NOTHING : within("/about", () -> Json.convert(about, About.class));
    }

    /**
     * The whole recipe.
     *
     * @param presets finds the recipe of the name in {@code base}
     * @throws InvalidSpecException naming the field at fault by its JSON Pointer in this document
     */
    public Recipe resolve(Function<String, Recipe> presets) {
        about();
        ObjectNode node = content();
        node.remove("about");
        if (Written.isVersion1(node)) {
            return Json.convert(node, Recipe.class);
        }
        JsonNode base = node.remove("base");
        if (base == null) {
            return Json.convert(node, Recipe.class);
        }
        if (!base.isTextual()) {
            throw new InvalidSpecException("/base", "is no name", "name a preset");
        }
        if (!node.has("version")) {
            throw new InvalidSpecException("/version", "is missing", "add version: " + Recipe.VERSION);
        }
        ObjectNode parent = (ObjectNode) Json.tree(within("/base", () -> presets.apply(base.textValue())));
        parent.remove("name");
        return Json.convert(Merge.of(parent, node, Recipe.class), Recipe.class);
    }

    /**
     * Where a field of the resolved recipe stands in this document: the field itself, or the nearest one around it that the
     * document has; the base, where the field comes from there.
     *
     * @param field JSON Pointer in the recipe
     */
    public String place(String field) {
        if (Written.isVersion1(content)) {
            return PlacesV1.of(field);
        }
        JsonPointer wanted = JsonPointer.compile(field);
        JsonPointer place = wanted;
        while (content.at(place).isMissingNode()) {
            place = place.head();
        }
        boolean fromBase = place.matches() && content.has("base");
        return fromBase ? "/base" : (place.matches() ? wanted : place).toString();
    }

    private static <T> T within(String pointer, java.util.function.Supplier<T> reading) {
        try {
            return reading.get();
        } catch (InvalidSpecException e) {
            String field = e.field().startsWith("/") ? e.field() : "";
            throw new InvalidSpecException(pointer + field, e.reason(), e.remedy());
        }
    }

    private static ObjectNode sorted(ObjectNode node) {
        ObjectNode sorted = JsonNodeFactory.instance.objectNode();
        node.properties().stream()
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .forEach(field -> sorted.set(field.getKey(), sortedWithin(field.getValue())));
        return sorted;
    }

    private static JsonNode sortedWithin(JsonNode node) {
        if (node instanceof ObjectNode object) {
            return sorted(object);
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> copy.add(sortedWithin(element)));
            return copy;
        }
        return node;
    }
}
