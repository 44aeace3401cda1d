package io.bisup.export.awq;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.folder.ModelCard;
import io.bisup.export.folder.ModelFiles;
import io.bisup.export.format.ExportWork;
import io.bisup.export.format.Exporter;
import io.bisup.export.format.ModelShape;
import io.bisup.export.format.Refusal;
import io.bisup.export.pack.HalfScales;
import io.bisup.export.serve.Serving;
import io.bisup.export.source.LinearShape;
import io.bisup.export.source.LinearSource;
import io.bisup.llm.checkpoint.TensorSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes AWQ folders of the GEMM version: four bits; symmetric weights have the zero point 8. */
public final class AwqExporter implements Exporter {

    @Override
    public List<Refusal> refusals(ModelShape model) {
        List<Refusal> refusals = new ArrayList<>();
        for (LinearShape linear : model.linears()) {
            if (linear.rows() % AwqTensors.PER_WORD != 0) {
                refusals.add(Refusal.of(
                        linear, "8 does not divide its " + linear.rows() + " rows", "export as compressed-tensors"));
            }
            int group = linear.format().scope().columnsOf(linear.columns());
            if (linear.columns() % group != 0) {
                refusals.add(Refusal.of(
                        linear,
                        "groups of " + group + " do not divide its " + linear.columns() + " columns",
                        "use groups of a divisor"));
            }
        }
        return refusals;
    }

    @Override
    public void write(ExportWork work) throws IOException {
        Format weights = work.source().artifact().sidecar().recipe().precision().weights();
        HalfScales halves = new HalfScales(ExportFormat.AWQ);
        List<TensorSource> tensors = new ArrayList<>();
        work.source().others().forEach(view -> tensors.add(TensorSource.copyOf(view)));
        for (LinearSource linear : work.source().linears()) {
            tensors.addAll(AwqTensors.of(linear, weights, halves));
        }
        new ModelFiles(work).write("float16", config(weights), tensors, () -> card(halves, work));
    }

    /** The {@code quantization_config} (formats §8). */
    private static ObjectNode config(Format weights) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("quant_method", "awq");
        config.put("version", "gemm");
        config.put("bits", weights.bits());
        config.put("group_size", weights.scope() instanceof Scope.Channels channels ? channels.columns() : -1);
        config.put("zero_point", true);
        config.putArray("modules_to_not_convert").add("lm_head");
        return config;
    }

    private static ModelCard card(HalfScales halves, ExportWork work) {
        List<String> remarks = new ArrayList<>(Serving.notes(work));
        remarks.add(halves.text());
        return new ModelCard(
                "Four-bit codes in AWQ's layout for its GEMM kernel; embedding, norms and output head are as they were"
                        + " computed with.",
                List.of(String.join(" ", Serving.arguments(work, "PATH_OF_THIS_FOLDER")) + " --dtype float16"),
                remarks);
    }
}
