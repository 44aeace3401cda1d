package io.bisup.export.source;

import io.bisup.llm.artifact.StoredArtifact;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import java.util.ArrayList;
import java.util.List;

/** An open artifact as a writer of another format sees it. */
public final class ArtifactSource {

    private final StoredArtifact artifact;
    private final List<LinearShape> shapes;

    /** @param artifact stays the caller's to close */
    public ArtifactSource(StoredArtifact artifact) {
        this.artifact = artifact;
        this.shapes = LinearShape.of(artifact.config(), linear -> artifact.segments(linear, 0));
    }

    /** The artifact. */
    public StoredArtifact artifact() {
        return artifact;
    }

    /** The model's shape. */
    public DecoderConfig config() {
        return artifact.config();
    }

    /** The linears of one block. */
    public List<LinearSource> linears(int layer) {
        return shapes.stream()
                .map(shape -> new LinearSource(artifact, layer, shape))
                .toList();
    }

    /** The linears of all blocks, block after block. */
    public List<LinearSource> linears() {
        List<LinearSource> all = new ArrayList<>();
        for (int layer = 0; layer < config().layers(); layer++) {
            all.addAll(linears(layer));
        }
        return all;
    }

    /** Norms and biases of one block, float32 with all that was folded into them, under their family's names. */
    public List<TensorView> parameters(int layer) {
        return BlockTensor.of(config()).stream()
                .filter(tensor -> !BlockSites.LINEARS.contains(tensor))
                .map(tensor -> artifact.tensor(tensor.name(layer)))
                .toList();
    }

    /** Embedding, final norm and, when it is not tied, output head; of the source's types unless they were rotated. */
    public List<TensorView> ends() {
        List<TensorView> ends = new ArrayList<>();
        ends.add(artifact.tensor(ModelTensors.EMBEDDING));
        ends.add(artifact.tensor(ModelTensors.FINAL_NORM));
        if (!config().tiedEmbeddings()) {
            ends.add(artifact.tensor(ModelTensors.HEAD));
        }
        return ends;
    }

    /** Everything that is not a linear weight: ends, norms and biases. */
    public List<TensorView> others() {
        List<TensorView> all = new ArrayList<>(ends());
        for (int layer = 0; layer < config().layers(); layer++) {
            all.addAll(parameters(layer));
        }
        return all;
    }
}
