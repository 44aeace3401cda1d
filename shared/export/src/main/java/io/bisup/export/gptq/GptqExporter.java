package io.bisup.export.gptq;

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
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes GPTQ folders with groups of neighbouring columns ({@code desc_act} false). Zero points are stored less one for symmetric
 * weights, as every reader expects ("gptq"), and as they are for others ("gptq_v2"): only so can a zero point of 0 be said.
 */
public final class GptqExporter implements Exporter {

    @Override
    public List<Refusal> refusals(ModelShape model) {
        List<Refusal> refusals = new ArrayList<>();
        for (LinearShape linear : model.linears()) {
            int bits = linear.format().bits();
            words(linear, linear.columns(), bits, "columns", refusals);
            words(linear, linear.rows(), bits, "rows", refusals);
            if (linear.format().scope() instanceof Scope.Channels channels
                    && linear.columns() % channels.columns() != 0) {
                refusals.add(Refusal.of(
                        linear,
                        "groups of " + channels.columns() + " do not divide its " + linear.columns() + " columns",
                        "use groups of a divisor, or a scale for each row"));
            }
        }
        return refusals;
    }

    private static void words(LinearShape linear, int count, int bits, String what, List<Refusal> refusals) {
        if ((long) count * bits % Integer.SIZE != 0) {
            refusals.add(Refusal.of(
                    linear,
                    "its " + count + " " + what + " of " + bits + " bits fill no whole 32-bit words",
                    "export as compressed-tensors"));
        }
    }

    @Override
    public void write(ExportWork work) throws IOException {
        Format weights = work.source().artifact().sidecar().recipe().precision().weights();
        HalfScales halves = new HalfScales(ExportFormat.GPTQ);
        List<TensorSource> tensors = new ArrayList<>();
        work.source().others().forEach(view -> tensors.add(TensorSource.copyOf(view)));
        for (LinearSource linear : work.source().linears()) {
            tensors.addAll(GptqTensors.of(linear, weights, halves));
        }
        ObjectNode config = GptqConfig.of(weights);
        new ModelFiles(work).write("float16", config, tensors, () -> card(weights, halves, work));
        Files.writeString(work.folder().resolve("quantize_config.json"), config.toPrettyString() + "\n");
    }

    private static ModelCard card(Format weights, HalfScales halves, ExportWork work) {
        List<String> remarks = new ArrayList<>(Serving.notes(work));
        remarks.add(halves.text());
        return new ModelCard(
                "Integer codes in the layout of GPTQ, " + GptqConfig.version(weights)
                        + ", groups of neighbouring columns; embedding, norms and output head are as they were computed"
                        + " with.",
                List.of(String.join(" ", Serving.arguments(work, "PATH_OF_THIS_FOLDER")) + " --dtype float16"),
                remarks);
    }
}
