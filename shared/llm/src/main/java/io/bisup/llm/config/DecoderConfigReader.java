package io.bisup.llm.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bisup.llm.config.ModelConfigException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Turns the bytes of a config.json, of the 2023 to 2025 form or of transformers 5, into a {@link DecoderConfig}. */
final class DecoderConfigReader {

    private static final int MAX_BYTES = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(32)
                            .maxStringLength(1 << 16)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private DecoderConfigReader() {}

    /** The model's shape and, where another tool quantized the checkpoint, what it says of that. */
    static ConfigDocument document(byte[] json, String fileName) {
        JsonFields fields = fields(json, fileName);
        return new ConfigDocument(shape(fields), fields.nested(ConfigDocument.QUANTIZATION));
    }

    static DecoderConfig parse(byte[] json, String fileName) {
        JsonFields fields = fields(json, fileName);
        SupportedFeatures.requireUnquantized(fields);
        return shape(fields);
    }

    private static DecoderConfig shape(JsonFields fields) {
        Architecture architecture = architecture(fields);
        SupportedFeatures.check(fields);
        return Family.of(architecture).read(fields);
    }

    static byte[] bytes(Path file) {
        String name = String.valueOf(file.getFileName());
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw tooLarge(name, Files.size(file));
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            throw new ModelConfigException(
                    Code.UNREADABLE_FILE,
                    name,
                    "no such file: " + file,
                    "give a Hugging Face checkpoint folder (config.json, tokenizer.json, *.safetensors)");
        } catch (IOException broken) {
            throw new ModelConfigException(
                    Code.UNREADABLE_FILE, name, "cannot read " + file + " (" + broken + ")", "check its permissions");
        }
    }

    private static JsonFields fields(byte[] json, String fileName) {
        if (json.length > MAX_BYTES) {
            throw tooLarge(fileName, json.length);
        }
        JsonFields fields = new JsonFields(tree(json, fileName), "");
        refuseRemoteCode(fields);
        return fields;
    }

    private static JsonNode tree(byte[] json, String fileName) {
        try {
            JsonNode root = JSON.readTree(json);
            if (root == null || !root.isObject()) {
                throw malformed(fileName, "is not a JSON object");
            }
            return root;
        } catch (JsonProcessingException invalid) {
            throw malformed(fileName, "is not valid JSON: " + invalid.getOriginalMessage());
        } catch (IOException impossible) {
            throw malformed(fileName, "cannot be read: " + impossible.getMessage());
        }
    }

    private static void refuseRemoteCode(JsonFields fields) {
        for (String name : new String[] {"auto_map", "custom_pipelines"}) {
            if (fields.object().has(name)) {
                throw new ModelConfigException(
                        Code.REMOTE_CODE,
                        name,
                        "asks for Python code of the checkpoint to be run",
                        "no code of a checkpoint is ever run; use a checkpoint of " + Architecture.supported());
            }
        }
    }

    private static Architecture architecture(JsonFields fields) {
        JsonNode list = fields.require("architectures");
        if (!list.isArray() || list.size() != 1 || !list.get(0).isTextual()) {
            throw fields.wrongType("architectures", list, "a list of one name");
        }
        String name = list.get(0).textValue();
        Architecture found = Architecture.ofClassName(name).orElseThrow(() -> unknown("architectures", name));
        String type = fields.text("model_type");
        if (type != null && !type.equals(found.modelType())) {
            throw ModelConfigException.invalid(
                    "model_type",
                    "\"" + type + "\" contradicts architectures [\"" + name + "\"]",
                    "make the two agree");
        }
        return found;
    }

    private static ModelConfigException unknown(String field, String name) {
        return new ModelConfigException(
                Code.UNSUPPORTED_ARCHITECTURE,
                field,
                "\"" + name.substring(0, Math.min(name.length(), 80)) + "\" is not supported",
                "use one of " + Architecture.supported());
    }

    private static ModelConfigException malformed(String fileName, String cause) {
        return new ModelConfigException(
                Code.MALFORMED_JSON, fileName, cause, "use the file as save_pretrained() of transformers writes it");
    }

    private static ModelConfigException tooLarge(String fileName, long size) {
        return new ModelConfigException(
                Code.UNREADABLE_FILE,
                fileName,
                size + " bytes is over the limit of " + MAX_BYTES,
                "is it config.json?");
    }
}
