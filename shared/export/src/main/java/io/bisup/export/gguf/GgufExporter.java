package io.bisup.export.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.folder.ExportRecord;
import io.bisup.export.folder.ModelCard;
import io.bisup.export.folder.ModelFiles;
import io.bisup.export.format.ExportRefusedException;
import io.bisup.export.format.ExportWork;
import io.bisup.export.format.Exporter;
import io.bisup.export.format.ModelShape;
import io.bisup.export.format.Refusal;
import io.bisup.export.pack.HalfScales;
import io.bisup.export.source.LinearShape;
import io.bisup.llm.config.DecoderConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/**
 * Writes one file for llama.cpp: Q4_0 for symmetric weights of four bits, Q4_1 for those with zero points, Q5_0 and Q8_0 for five
 * and eight bits; Q3_K and Q6_K for three and six, whose 16 scales of 256 columns are all one then. Codes are repacked, never
 * computed again; scales become float16, and in Q4_1 so does the offset −zero · scale.
 */
public final class GgufExporter implements Exporter {

    private static final String FILE = "model.gguf";
    private static final int QUANTIZATION_VERSION = 2;

    @Override
    public List<Refusal> refusals(ModelShape model) {
        List<Refusal> refusals = new ArrayList<>(GgufModel.refusals(model));
        int block = GgufTensors.type(model.recipe().precision().weights()).elements();
        for (LinearShape linear : model.linears()) {
            if (linear.columns() % block != 0) {
                refusals.add(Refusal.of(
                        linear,
                        "blocks of " + block + " do not divide its " + linear.columns() + " columns",
                        "export as compressed-tensors"));
            }
        }
        return refusals;
    }

    @Override
    public void write(ExportWork work) throws IOException {
        Format weights = work.source().artifact().sidecar().recipe().precision().weights();
        GgufType type = GgufTensors.type(weights);
        HalfScales halves = new HalfScales(ExportFormat.GGUF);
        SequencedMap<String, GgufValue> metadata = metadata(work, type);
        Files.createDirectories(work.folder());
        GgufFile.write(
                work.folder().resolve(FILE),
                metadata,
                new GgufTensors(work.source(), halves).all(type),
                work.progress());
        ModelFiles.copyLicence(work);
        Files.writeString(
                work.folder().resolve("README.md"), card(type, weights, halves).text(work));
        ExportRecord.write(work);
    }

    private static SequencedMap<String, GgufValue> metadata(ExportWork work, GgufType type) throws IOException {
        DecoderConfig config = work.source().config();
        SequencedMap<String, GgufValue> metadata = GgufModel.metadata(config);
        metadata.put(
                "general.name",
                new GgufValue.Text(work.source().artifact().sidecar().recipe().name()));
        metadata.put("general.file_type", new GgufValue.Count(type.fileType()));
        metadata.put("general.quantization_version", new GgufValue.Count(QUANTIZATION_VERSION));
        try {
            metadata.putAll(GgufTokenizer.metadata(
                    tokenizer(work), settings(work), config.vocabSize(), config.bosTokenId(), config.eosTokenId()));
        } catch (GgufTokenizerException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
        return metadata;
    }

    private static JsonNode tokenizer(ExportWork work) throws IOException {
        Path file = work.source().artifact().directory().resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            throw refused("the artifact has no tokenizer.json, and llama.cpp wants one in the file");
        }
        return Json.mapper().readTree(Files.readString(file));
    }

    private static JsonNode settings(ExportWork work) throws IOException {
        Path folder = work.source().artifact().directory();
        Path file = folder.resolve("tokenizer_config.json");
        JsonNode read = Files.isRegularFile(file)
                ? Json.mapper().readTree(Files.readString(file))
                : JsonNodeFactory.instance.objectNode();
        Path template = folder.resolve("chat_template.jinja");
        if (Files.isRegularFile(template) && read instanceof ObjectNode object) {
            object.put("chat_template", Files.readString(template));
        }
        return read;
    }

    private static ExportRefusedException refused(String reason) {
        return ExportRefusedException.ofShapes(
                ExportFormat.GGUF, List.of(new Refusal("tokenizer.json", "", reason, "export as compressed-tensors")));
    }

    private static ModelCard card(GgufType type, Format weights, HalfScales halves) {
        List<String> remarks = new ArrayList<>();
        remarks.add(halves.text());
        if (type == GgufType.Q4_1) {
            remarks.add(
                    "Each block's offset, minus its zero point times its scale, is rounded to the nearest float16.");
        }
        remarks.add("llama.cpp rounds inputs to eight bits while it multiplies: its logits differ by that.");
        String groups = weights.scope() instanceof Scope.Channels channels
                ? channels.columns() + " columns have one scale, repeated in each block of " + type.elements()
                : "each row has one scale, repeated in each block of " + type.elements();
        return new ModelCard(
                "One file for llama.cpp, " + type + " with the artifact's codes: " + groups + ".",
                List.of("llama-cli -m " + FILE),
                remarks);
    }
}
