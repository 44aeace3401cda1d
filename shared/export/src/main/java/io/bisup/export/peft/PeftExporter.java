package io.bisup.export.peft;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Portability;
import io.bisup.contract.recipe.Recipe;
import io.bisup.export.compressed.CompressedTensorsExporter;
import io.bisup.export.fake.FakeExporter;
import io.bisup.export.folder.ExportRecord;
import io.bisup.export.folder.LazyTensor;
import io.bisup.export.folder.ModelCard;
import io.bisup.export.folder.ModelFiles;
import io.bisup.export.format.ExportWork;
import io.bisup.export.format.Exporter;
import io.bisup.export.format.ModelShape;
import io.bisup.export.format.Refusal;
import io.bisup.export.serve.Serving;
import io.bisup.export.source.Branch;
import io.bisup.export.source.LinearSource;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes {@code base}, the quantized model without its low-rank branches, and {@code adapter}, the branches as a LoRA adapter over
 * it: y = base(x) + (x Aᵀ) Bᵀ · alpha / r with alpha = r. The branches are bfloat16 in the artifact: nothing is rounded again.
 */
public final class PeftExporter implements Exporter {

    private static final String BASE = "base";
    private static final String ADAPTER = "adapter";
    private static final String PREFIX = "base_model.model.";

    @Override
    public List<Refusal> refusals(ModelShape model) {
        return Portability.adapterBase(model.recipe()) == ExportFormat.COMPRESSED_TENSORS
                ? new CompressedTensorsExporter().refusals(model)
                : List.of();
    }

    @Override
    public void write(ExportWork work) throws IOException {
        Recipe recipe = work.source().artifact().sidecar().recipe();
        ExportFormat format = Portability.adapterBase(recipe);
        ExportWork base = work.inside(BASE, format);
        if (format == ExportFormat.COMPRESSED_TENSORS) {
            new CompressedTensorsExporter().write(base);
        } else {
            new FakeExporter().writeBase(base);
        }
        adapter(work);
    }

    private static void adapter(ExportWork work) throws IOException {
        Path folder = Files.createDirectory(work.folder().resolve(ADAPTER));
        List<LinearSource> linears = work.source().linears();
        List<String> targets = linears.stream()
                .filter(linear -> linear.branchRank() > 0)
                .map(PeftExporter::lastName)
                .distinct()
                .sorted()
                .toList();
        int rank = linears.stream().mapToInt(LinearSource::branchRank).max().orElse(0);
        List<TensorSource> tensors = new ArrayList<>();
        linears.stream()
                .filter(linear -> targets.contains(lastName(linear)))
                .forEach(linear -> add(linear, rank, tensors));
        SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), SafetensorsWriter.FORMAT_PT, tensors);
        Files.writeString(folder.resolve("adapter_config.json"), Json.write(config(rank, targets)) + "\n");
        ModelFiles.copyLicence(work);
        Files.writeString(
                work.folder().resolve("README.md"),
                card(work.source().artifact().sidecar().recipe(), rank).text(work));
        ExportRecord.write(work);
    }

    private static String lastName(LinearSource linear) {
        return linear.module().substring(linear.module().lastIndexOf('.') + 1);
    }

    /** Their PEFT names are those of the branch's two factors the other way round: lora_A reads the input. */
    private static void add(LinearSource linear, int rank, List<TensorSource> tensors) {
        String name = PREFIX + linear.module();
        tensors.add(LazyTensor.bfloat16(
                name + ".lora_A.weight",
                List.of((long) rank, (long) linear.columns()),
                () -> padded(linear, rank).in()));
        tensors.add(LazyTensor.bfloat16(
                name + ".lora_B.weight",
                List.of((long) linear.rows(), (long) rank),
                () -> padded(linear, rank).out()));
    }

    private static Branch padded(LinearSource linear, int rank) {
        return linear.branch().paddedTo(rank, linear.rows(), linear.columns());
    }

    private static ObjectNode config(int rank, List<String> targets) {
        ObjectNode config = Json.mapper().createObjectNode();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", BASE);
        config.put("inference_mode", true);
        config.put("r", rank);
        config.put("lora_alpha", rank);
        config.put("lora_dropout", 0.0);
        config.put("bias", "none");
        config.put("fan_in_fan_out", false);
        config.put("init_lora_weights", true);
        config.put("use_rslora", false);
        config.put("use_dora", false);
        targets.forEach(config.putArray("target_modules")::add);
        config.putNull("modules_to_save");
        return config;
    }

    private static ModelCard card(Recipe recipe, int rank) {
        return new ModelCard(
                "`base` is the quantized model without its branches, in a format of its own; `adapter` holds the branches of"
                        + " rank " + rank + " as LoRA. Only both together are what was quantized.",
                List.of(
                        String.join(" ", Serving.arguments(ExportFormat.PEFT, recipe, ".", rank)),
                        "model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(\"base\"), \"adapter\")"),
                Serving.notes(ExportFormat.PEFT, recipe));
    }
}
