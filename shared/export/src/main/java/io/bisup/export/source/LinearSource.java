package io.bisup.export.source;

import io.bisup.llm.artifact.StoredArtifact;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.plan.Segment;
import java.util.List;

/**
 * One linear layer as the model's family names it: q, k and v of Phi-3 are one. Nothing is read before it is asked for, and nothing
 * of it is kept.
 */
public final class LinearSource {

    private final StoredArtifact artifact;
    private final int layer;
    private final LinearShape shape;

    LinearSource(StoredArtifact artifact, int layer, LinearShape shape) {
        this.artifact = artifact;
        this.layer = layer;
        this.shape = shape;
    }

    /** Its name without {@code .weight}, such as {@code model.layers.0.self_attn.q_proj}. */
    public String module() {
        return shape.module(layer);
    }

    /** Output channels. */
    public int rows() {
        return shape.rows();
    }

    /** Input channels. */
    public int columns() {
        return shape.columns();
    }

    /** The artifact's weights that are its rows, from top to bottom. */
    public List<BlockTensor> parts() {
        return shape.parts().stream().map(LinearShape.Part::linear).toList();
    }

    /**
     * Codes of the whole weight, read now.
     *
     * @throws IllegalStateException if the weight is stored in several formats or as it is, which no format of codes accepts
     */
    public Codes codes() {
        return Codes.stacked(shape.parts().stream().map(this::codes).toList());
    }

    private Codes codes(LinearShape.Part part) {
        List<Segment> segments = artifact.segments(part.linear(), layer);
        if (segments.size() != 1 || !segments.getFirst().format().quantizes()) {
            throw new IllegalStateException(module() + " is stored as " + segments + ", not as codes of one format");
        }
        return reader(part, 0, segments.getFirst()).codes();
    }

    /** What is stored stands for this, [rows × columns], read now; without low-rank branches. */
    public float[] values() {
        return Joined.floats(shape.parts().stream().map(this::values).toList());
    }

    private float[] values(LinearShape.Part part) {
        List<Segment> segments = artifact.segments(part.linear(), layer);
        if (segments.isEmpty()) {
            return artifact.tensor(part.linear().name(layer)).toFloats();
        }
        float[] all = new float[part.rows() * columns()];
        int left = 0;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            SegmentReader reader = reader(part, i, segment);
            float[] values = segment.format().quantizes() ? reader.codes().values() : reader.exact();
            for (int row = 0; row < part.rows(); row++) {
                System.arraycopy(values, row * segment.columns(), all, row * columns() + left, segment.columns());
            }
            left += segment.columns();
        }
        return all;
    }

    /** Rank of the whole weight's branch; 0 where none of its parts has one. */
    public int branchRank() {
        return shape.parts().stream().mapToInt(part -> rank(part.linear())).sum();
    }

    /** The low-rank branch of the whole weight, read now: those of its parts do not mix. */
    public Branch branch() {
        int rank = branchRank();
        float[] in = new float[rank * columns()];
        float[] out = new float[rows() * rank];
        int firstRow = 0;
        int firstRank = 0;
        for (LinearShape.Part part : shape.parts()) {
            int own = rank(part.linear());
            if (own > 0) {
                float[] partIn =
                        artifact.branchIn(part.linear(), layer).orElseThrow().toFloats();
                float[] partOut =
                        artifact.branchOut(part.linear(), layer).orElseThrow().toFloats();
                System.arraycopy(partIn, 0, in, firstRank * columns(), partIn.length);
                for (int row = 0; row < part.rows(); row++) {
                    System.arraycopy(partOut, row * own, out, (firstRow + row) * rank + firstRank, own);
                }
            }
            firstRank += own;
            firstRow += part.rows();
        }
        return new Branch(rank, in, out);
    }

    private int rank(BlockTensor linear) {
        return artifact.branchIn(linear, layer)
                .map(view -> Math.toIntExact(view.shape().getFirst()))
                .orElse(0);
    }

    private SegmentReader reader(LinearShape.Part part, int index, Segment segment) {
        return new SegmentReader(artifact, artifact.stem(part.linear(), layer, index), part.rows(), segment);
    }
}
