package io.bisup.contract.recipe;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.bisup.contract.InvalidSpecException;
import java.io.IOException;
import java.util.Locale;

/** Reads the alternatives of a {@link Choice}. */
final class ChoiceReader extends StdDeserializer<Object> {

    private static final long serialVersionUID = 1;

    private static final int MAX_SHOWN = 80;

    private final transient Choice choice;

    ChoiceReader(Choice choice) {
        super(choice.type());
        this.choice = choice;
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return byName(parser, context);
        }
        Class<?> number = choice.number();
        if (token.isNumeric() && number != null) {
            String field = number.getRecordComponents()[0].getName();
            JsonNode fields = JsonNodeFactory.instance.objectNode().set(field, context.readTree(parser));
            try {
                return context.readTreeAsValue(fields, number);
            } catch (JsonMappingException e) {
                throw unwrapped(parser, e);
            }
        }
        if (token == JsonToken.START_OBJECT) {
            return object(parser, context);
        }
        throw fault(parser, "has the wrong type", "use one of " + choice.names() + form());
    }

    private Object byName(JsonParser parser, DeserializationContext context) throws IOException {
        String name = parser.getText();
        Class<?> record = choice.byName().get(name.toLowerCase(Locale.ROOT));
        if (record == null) {
            throw fault(parser, "cannot be '" + shortened(name) + "'", "use one of " + choice.names() + form());
        }
        try {
            return context.readTreeAsValue(JsonNodeFactory.instance.objectNode(), record);
        } catch (JsonMappingException e) {
            throw fault(parser, "'" + name + "' lacks its fields", "write {" + name + ": {…}}");
        }
    }

    private Object object(JsonParser parser, DeserializationContext context) throws IOException {
        JsonNode node = context.readTree(parser);
        Choice.Named named = choice.named(node);
        if (named != null) {
            try {
                return context.readTreeAsValue(named.fields(), named.record());
            } catch (JsonMappingException e) {
                e.prependPath(choice.type(), named.name());
                throw e;
            }
        }
        Class<?> bare = choice.bare();
        if (bare != null) {
            return context.readTreeAsValue(node, bare);
        }
        throw fault(
                parser,
                "names " + (node.isEmpty() ? "nothing" : "more than one or an unknown thing"),
                "write one of " + choice.names() + ", with its fields below it");
    }

    private static String shortened(String text) {
        return text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
    }

    private String form() {
        return (choice.number() == null ? "" : ", a number")
                + (choice.bare() == null ? "" : ", or an object such as {columns: 128}");
    }

    /** The number stands where the record does, so its field's name is no part of the place. */
    private static JsonMappingException unwrapped(JsonParser parser, JsonMappingException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidSpecException own) {
                return fault(parser, own.reason(), own.remedy());
            }
        }
        return e;
    }

    private static JsonMappingException fault(JsonParser parser, String reason, String remedy) {
        return JsonMappingException.from(parser, reason, new InvalidSpecException("", reason, remedy));
    }
}
