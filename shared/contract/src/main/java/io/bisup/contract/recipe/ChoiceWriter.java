package io.bisup.contract.recipe;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Writes the alternatives of a {@link Choice} with every field, sorted, so that equal values give equal bytes. */
final class ChoiceWriter extends StdSerializer<Object> {

    private static final long serialVersionUID = 1;

    private final transient Choice choice;

    ChoiceWriter(Choice choice) {
        super(choice.type(), false);
        this.choice = choice;
    }

    @Override
    public void serialize(Object value, JsonGenerator generator, SerializerProvider provider) throws IOException {
        Class<?> record = value.getClass();
        List<RecordComponent> components = Arrays.stream(record.getRecordComponents())
                .sorted(Comparator.comparing(RecordComponent::getName))
                .toList();
        if (components.isEmpty()) {
            generator.writeString(Choice.name(record));
        } else if (record.equals(choice.number())) {
            provider.defaultSerializeValue(read(components.getFirst(), value), generator);
        } else if (record.equals(choice.bare())) {
            fields(components, value, generator, provider);
        } else {
            generator.writeStartObject();
            generator.writeFieldName(Choice.name(record));
            fields(components, value, generator, provider);
            generator.writeEndObject();
        }
    }

    private static void fields(
            List<RecordComponent> components, Object value, JsonGenerator generator, SerializerProvider provider)
            throws IOException {
        generator.writeStartObject();
        for (RecordComponent component : components) {
            provider.defaultSerializeField(component.getName(), read(component, value), generator);
        }
        generator.writeEndObject();
    }

    private static Object read(RecordComponent component, Object value) {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }
}
