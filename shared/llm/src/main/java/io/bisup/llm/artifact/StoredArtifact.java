package io.bisup.llm.artifact;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** An artifact's folder, opened to read what is stored in it rather than to run it; tensors are mapped, not loaded. */
public final class StoredArtifact implements AutoCloseable {

    private final Path directory;
    private final ArtifactConfig sidecar;
    private final DecoderConfig config;
    private final Checkpoint checkpoint;

    private StoredArtifact(Path directory, ArtifactConfig sidecar, DecoderConfig config, Checkpoint checkpoint) {
        this.directory = directory;
        this.sidecar = sidecar;
        this.config = config;
        this.checkpoint = checkpoint;
    }

    /**
     * Opens an artifact of any layout.
     *
     * @throws FailureException when the folder holds none, or one that cannot be read
     */
    public static StoredArtifact open(Path directory) {
        if (!ArtifactConfig.isIn(directory)) {
            throw new FailureException(
                    FailureCode.MALFORMED_CHECKPOINT,
                    directory + " holds no artifact: " + ArtifactFiles.SIDECAR
                            + " is missing; give the folder that a quantization wrote");
        }
        return new StoredArtifact(
                directory, ArtifactConfig.read(directory), DecoderConfig.read(directory), Checkpoint.open(directory));
    }

    /** The folder. */
    public Path directory() {
        return directory;
    }

    /** How its tensors are to be read, and what was done. */
    public ArtifactConfig sidecar() {
        return sidecar;
    }

    /** The model's shape. */
    public DecoderConfig config() {
        return config;
    }

    /** Formats of a weight's columns in one layer, from left to right; an empty list: stored as it is. */
    public List<Segment> segments(BlockTensor linear, int layer) {
        return sidecar.block().weight(linear, layer);
    }

    /** What the names of one segment of a weight begin with. */
    public String stem(BlockTensor linear, int layer, int segment) {
        String stem = BlockNames.stem(linear, layer);
        return segments(linear, layer).size() > 1 ? stem + "." + segment : stem;
    }

    /** B of a weight's low-rank branch, [rank, in], where it has one. */
    public Optional<TensorView> branchIn(BlockTensor linear, int layer) {
        return find(BlockNames.loraIn(linear, layer));
    }

    /** A of a weight's low-rank branch, [out, rank], where it has one. */
    public Optional<TensorView> branchOut(BlockTensor linear, int layer) {
        return find(BlockNames.loraOut(linear, layer));
    }

    /** A view of one tensor, valid until this artifact is closed. */
    public Optional<TensorView> find(String name) {
        return checkpoint.find(name);
    }

    /**
     * A view of one tensor, valid until this artifact is closed.
     *
     * @throws FailureException if there is none of that name
     */
    public TensorView tensor(String name) {
        return checkpoint.tensor(name);
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
