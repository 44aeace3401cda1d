package io.bisup.contract.recipe;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.bisup.contract.InvalidSpecException;
import java.io.IOException;

/** How the language is written: choices by name, defaults of fields left out, documents of every version. */
public final class RecipeModule extends SimpleModule {

    private static final long serialVersionUID = 1;

    public RecipeModule() {
        super("recipes");
        for (Choice choice : Choice.all()) {
            add(choice);
        }
        setDeserializerModifier(new Versions());
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // a Choice does not carry its type as a parameter
    private void add(Choice choice) {
        Class type = choice.type();
        addDeserializer(type, new ChoiceReader(choice));
        addSerializer(type, new ChoiceWriter(choice));
    }

    @Override
    public void setupModule(SetupContext context) {
        super.setupModule(context);
        context.appendAnnotationIntrospector(new Conventions());
    }

    private static final class Versions extends BeanDeserializerModifier {

        private static final long serialVersionUID = 1;

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
            return bean.getBeanClass() == Recipe.class ? new VersionReader(deserializer) : deserializer;
        }
    }

    /** Upgrades a document of version 1 before it becomes a {@link Recipe}. */
    private static final class VersionReader extends DelegatingDeserializer {

        private static final long serialVersionUID = 1;

        VersionReader(JsonDeserializer<?> current) {
            super(current);
        }

        @Override
        protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> other) {
            return new VersionReader(other);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.isExpectedStartObjectToken()) {
                return context.handleUnexpectedToken(Recipe.class, parser);
            }
            JsonNode node = context.readTree(parser);
            if (Written.isVersion1(node)) {
                RecipeV1 old = context.readTreeAsValue(node, RecipeV1.class);
                try {
                    return old.upgrade();
                } catch (InvalidSpecException e) {
                    throw JsonMappingException.from(parser, e.getMessage(), e);
                }
            }
            try (JsonParser tree = node.traverse(parser.getCodec())) {
                tree.nextToken();
                return super.deserialize(tree, context);
            }
        }
    }
}
