package io.bisup.export.awq;

import io.bisup.export.format.ExportWork;
import io.bisup.export.format.Exporter;
import io.bisup.export.format.ModelShape;
import io.bisup.export.format.Refusal;
import java.util.List;

/** Refuses every model until this release writes the format. */
public final class AwqExporter implements Exporter {

    @Override
    public List<Refusal> refusals(ModelShape model) {
        return List.of(Refusal.of(
                model.linears().getFirst(), "this release does not write AWQ", "export as compressed-tensors"));
    }

    @Override
    public void write(ExportWork work) {
        throw new IllegalStateException("refused before");
    }
}
