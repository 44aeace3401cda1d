package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.EnumNamingStrategies;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What holds for every field of the language: a primitive that is left out takes the value of its {@link
 * JsonProperty#defaultValue}, while null stays an error; enums are written in snake_case.
 */
final class Conventions extends NopAnnotationIntrospector {

    private static final long serialVersionUID = 1;

    @Override
    public @Nullable Object findDeserializer(Annotated annotated) {
        JsonProperty property = annotated.getAnnotation(JsonProperty.class);
        boolean defaulted = property != null
                && !property.defaultValue().isEmpty()
                && annotated.getRawType().isPrimitive();
        return defaulted ? new Reader(annotated.getRawType(), property.defaultValue()) : null;
    }

    @Override
    public @Nullable Object findEnumNamingStrategy(MapperConfig<?> config, AnnotatedClass type) {
        boolean ours = type.getRawType().getPackageName().equals(Conventions.class.getPackageName());
        return ours ? EnumNamingStrategies.SnakeCaseStrategy.class : null;
    }

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    private static final class Reader extends StdDeserializer<Object> {

        private static final long serialVersionUID = 1;

        private final Class<?> type;
        private final String value;

        Reader(Class<?> type, String value) {
            super(type);
            this.type = type;
            this.value = value;
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return context.readValue(parser, type);
        }

        @Override
        public Object getNullValue(DeserializationContext context) throws JsonMappingException {
            return context.findRootValueDeserializer(context.constructType(type))
                    .getNullValue(context);
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            if (type == boolean.class) {
                return Boolean.valueOf(value);
            }
            if (type == double.class) {
                return Double.valueOf(value);
            }
            if (type == long.class) {
                return Long.valueOf(value);
            }
            if (type == int.class) {
                return Integer.valueOf(value);
            }
            throw new IllegalStateException("no default for " + type);
        }
    }
}
