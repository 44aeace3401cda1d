package io.bisup.export.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;

/** What Hugging Face reads of a card: YAML between two lines of dashes. Every text is quoted. */
final class CardHeader {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    private CardHeader() {}

    /**
     * The header and its fences.
     *
     * @param baseModel blank where it is not known
     */
    static String text(ExportFormat format, String baseModel, Licence licence) {
        ObjectNode header = Json.mapper().createObjectNode();
        put(header, "license", licence.id());
        put(header, "license_name", licence.name());
        put(header, "license_link", licence.name().isBlank() ? "" : licence.link());
        if (!baseModel.isBlank()) {
            put(header, "base_model", baseModel);
            put(header, "base_model_relation", format == ExportFormat.PEFT ? "adapter" : "quantized");
        }
        put(header, "library_name", library(format));
        put(header, "pipeline_tag", "text-generation");
        ArrayNode tags = header.putArray("tags");
        tags.add("bisup").add("quantized");
        if (format != ExportFormat.HF_FAKE) {
            tags.add(format.wireName());
        }
        try {
            return "---\n" + YAML.writeValueAsString(header) + "---\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write the header of a card", e);
        }
    }

    private static void put(ObjectNode header, String field, String value) {
        if (!value.isBlank()) {
            header.put(field, value);
        }
    }

    private static String library(ExportFormat format) {
        return switch (format) {
            case COMPRESSED_TENSORS, GPTQ, AWQ, HF_FAKE -> "transformers";
            case GGUF -> "gguf";
            case PEFT -> "peft";
        };
    }
}
