package io.bisup.export.compressed;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.folder.ModelCard;
import io.bisup.export.folder.ModelFiles;
import io.bisup.export.format.ExportWork;
import io.bisup.export.format.Exporter;
import io.bisup.export.format.ModelShape;
import io.bisup.export.format.Refusal;
import io.bisup.export.serve.Serving;
import io.bisup.export.source.LinearShape;
import io.bisup.export.source.LinearSource;
import io.bisup.llm.checkpoint.TensorSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes pack-quantized, int-quantized and naive-quantized folders. Scales of an artifact are bfloat16 already: nothing is rounded again. */
public final class CompressedTensorsExporter implements Exporter {

    @Override
    public List<Refusal> refusals(ModelShape model) {
        Precision precision = model.recipe().precision();
        List<Refusal> refusals = new ArrayList<>();
        for (LinearShape linear : model.linears()) {
            groups(linear, linear.format(), "groups", refusals);
            if (precision.inputs().quantizes()) {
                groups(linear, precision.inputs(), "groups of inputs", refusals);
            }
        }
        return refusals;
    }

    private static void groups(LinearShape linear, Format format, String what, List<Refusal> refusals) {
        if (format.scope() instanceof Scope.Channels channels && linear.columns() % channels.columns() != 0) {
            refusals.add(Refusal.of(
                    linear,
                    what + " of " + channels.columns() + " do not divide its " + linear.columns() + " columns",
                    "use groups of a divisor, or a scale for each row"));
        }
    }

    @Override
    public void write(ExportWork work) throws IOException {
        Precision precision = work.source().artifact().sidecar().recipe().precision();
        Scheme scheme = Scheme.of(precision, work.options().layout());
        List<TensorSource> tensors = new ArrayList<>();
        work.source().others().forEach(view -> tensors.add(TensorSource.copyOf(view)));
        for (LinearSource linear : work.source().linears()) {
            tensors.addAll(scheme.tensors(linear, precision.weights()));
        }
        new ModelFiles(work)
                .write("bfloat16", QuantizationConfig.of(scheme, precision), tensors, () -> card(scheme, work));
    }

    private static ModelCard card(Scheme scheme, ExportWork work) {
        return new ModelCard(
                "Integer codes in the " + scheme.wireName()
                        + " layout of compressed-tensors; embedding, norms and output head are"
                        + " as they were computed with.",
                List.of(String.join(" ", Serving.arguments(work, "PATH_OF_THIS_FOLDER"))),
                Serving.notes(work));
    }
}
