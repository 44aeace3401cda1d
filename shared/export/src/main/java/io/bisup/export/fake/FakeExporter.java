package io.bisup.export.fake;

import io.bisup.export.folder.LazyTensor;
import io.bisup.export.folder.ModelCard;
import io.bisup.export.folder.ModelFiles;
import io.bisup.export.format.ExportOptions.ValueType;
import io.bisup.export.format.ExportWork;
import io.bisup.export.format.Exporter;
import io.bisup.export.format.ModelShape;
import io.bisup.export.format.Refusal;
import io.bisup.export.source.LinearSource;
import io.bisup.llm.checkpoint.TensorSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what the weights stand for: (code − zero point) · scale, with the product of a low-rank branch added. A code of four bits
 * times a scale of eight significant bits may need eleven: bfloat16 rounds it, float32 does not.
 */
public final class FakeExporter implements Exporter {

    @Override
    public List<Refusal> refusals(ModelShape model) {
        return List.of();
    }

    @Override
    public void write(ExportWork work) throws IOException {
        write(work, true);
    }

    /** Writes the folder without the branches, as the base that an adapter stands on. */
    public void writeBase(ExportWork work) throws IOException {
        write(work, false);
    }

    private void write(ExportWork work, boolean merge) throws IOException {
        ValueType type = work.options().values();
        RoundingLoss loss = new RoundingLoss(type);
        List<TensorSource> tensors = new ArrayList<>();
        work.source().others().forEach(view -> tensors.add(TensorSource.copyOf(view)));
        boolean merged = false;
        for (LinearSource linear : work.source().linears()) {
            boolean branch = merge && linear.branchRank() > 0;
            merged |= branch;
            tensors.add(tensor(linear, branch, loss));
        }
        boolean told = merged;
        new ModelFiles(work).write(type.dtype(), null, tensors, () -> card(loss, told));
    }

    private static TensorSource tensor(LinearSource linear, boolean branch, RoundingLoss loss) {
        String name = linear.module() + ".weight";
        List<Long> shape = List.of((long) linear.rows(), (long) linear.columns());
        return switch (loss.type()) {
            case BFLOAT16 -> LazyTensor.bfloat16(name, shape, () -> loss.seen(values(linear, branch)));
            case FLOAT32 -> LazyTensor.floats(name, shape, () -> loss.seen(values(linear, branch)));
        };
    }

    private static float[] values(LinearSource linear, boolean branch) {
        float[] values = linear.values();
        if (branch) {
            linear.branch().addTo(values, linear.columns());
        }
        return values;
    }

    private static ModelCard card(RoundingLoss loss, boolean merged) {
        List<String> remarks = new ArrayList<>();
        remarks.add(loss.text());
        if (merged) {
            remarks.add(
                    "The low-rank branches are added into the weights, which have full rank and no codes any more.");
        }
        return new ModelCard(
                "What the quantized weights stand for, as " + loss.type().dtype()
                        + " numbers: it opens wherever the source does, gives what the quantized weights give, and saves"
                        + " no memory.",
                List.of("AutoModelForCausalLM.from_pretrained(PATH_OF_THIS_FOLDER)"),
                remarks);
    }
}
