package io.bisup.llm.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.StoredPart;
import io.bisup.llm.config.TensorMap;
import io.bisup.llm.tensor.TensorOwner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/**
 * The weights of a Hugging Face checkpoint folder: {@code model.safetensors}, or shards with an index. Opening reads
 * headers only; a block's weights are read when they are asked for, so memory does not depend on the model's size.
 */
public final class Checkpoint implements AutoCloseable {

    /** Name of the weights when there is one file. */
    public static final String SINGLE_FILE = "model.safetensors";

    private final List<SafetensorsFile> files;
    private final SequencedMap<String, TensorView> tensors;

    private Checkpoint(List<SafetensorsFile> files, SequencedMap<String, TensorView> tensors) {
        this.files = List.copyOf(files);
        this.tensors = Collections.unmodifiableSequencedMap(withSharedEmbedding(tensors));
    }

    /** Some writers of models with tied embeddings store the one matrix under the head's name only. */
    private static SequencedMap<String, TensorView> withSharedEmbedding(SequencedMap<String, TensorView> tensors) {
        TensorView head = tensors.get(ModelTensors.HEAD);
        if (head != null) {
            tensors.putIfAbsent(ModelTensors.EMBEDDING, head);
        }
        return tensors;
    }

    /**
     * Maps every file of the checkpoint and checks all headers.
     *
     * @throws MalformedCheckpointException if a file is missing, breaks the format or contradicts the index
     */
    public static Checkpoint open(Path directory) {
        if (Files.exists(directory.resolve(SINGLE_FILE))) {
            return openFiles(directory, List.of(SINGLE_FILE));
        }
        Path index = directory.resolve(ShardIndex.FILE);
        if (!Files.exists(index)) {
            throw CheckpointFolder.nothingToOpen(directory);
        }
        ShardIndex shards = ShardIndex.read(index);
        Checkpoint checkpoint = openFiles(directory, List.copyOf(shards.shards()));
        try (TensorOwner owner = new TensorOwner()) {
            owner.own(checkpoint);
            IndexMatch.check(shards, checkpoint.stored());
            return owner.handOver(checkpoint);
        }
    }

    private static Checkpoint openFiles(Path directory, List<String> names) {
        List<SafetensorsFile> files = new ArrayList<>();
        SequencedMap<String, TensorView> tensors = new LinkedHashMap<>();
        try (TensorOwner owner = new TensorOwner()) {
            for (String name : names) {
                SafetensorsFile file = owner.own(SafetensorsFile.open(directory.resolve(name)));
                files.add(file);
                // A name in two shards is refused with the other faults of an index.
                file.header()
                        .tensors()
                        .keySet()
                        .forEach(tensor ->
                                tensors.put(tensor, file.tensor(tensor).orElseThrow()));
            }
            return owner.handOver(new Checkpoint(files, tensors));
        }
    }

    /** The names of all tensors; the embedding is among them even where it is stored as a tied head. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** A view of one tensor, valid until this checkpoint is closed. */
    public Optional<TensorView> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * A view of one tensor, valid until this checkpoint is closed.
     *
     * @throws MalformedCheckpointException if there is no tensor of that name
     */
    public TensorView tensor(String name) {
        return find(name)
                .orElseThrow(() -> new MalformedCheckpointException(
                        Code.TENSOR_MISSING,
                        files.getFirst().name(),
                        name,
                        "is not in the checkpoint",
                        "does config.json belong to these weights?"));
    }

    /**
     * Copies one tensor to the manager's device as float32, of the shape of its {@link TensorView}; the result outlives
     * this checkpoint.
     *
     * @throws MalformedCheckpointException if it is missing or not of a floating-point type
     */
    public NDArray load(String name, NDManager manager) {
        return tensor(name).load(manager);
    }

    /**
     * Loads a model's parameters, wherever its family stores them: a source of float32 tensors by the names of
     * {@link ModelTensors#expected} and of the shapes there, valid until this checkpoint is closed; the tensors outlive
     * it. The source refuses a name that the model does not have with an {@link IllegalArgumentException}, and what is
     * stored wrongly as {@link #load} does.
     */
    public Function<String, NDArray> parameters(DecoderConfig config, NDManager manager) {
        TensorMap map = TensorMap.of(config);
        return name -> parameter(map.part(name)).load(manager);
    }

    private TensorView parameter(StoredPart part) {
        TensorView stored = tensor(part.tensor());
        return part.rows() == stored.shape().getFirst() ? stored : stored.rows(part.firstRow(), part.rows());
    }

    /**
     * Checks that the checkpoint holds exactly the tensors of the model, each with the shape config.json implies.
     *
     * @throws MalformedCheckpointException naming the tensors that are missing, unexpected or of a wrong shape
     */
    public void requireMatch(DecoderConfig config) {
        ModelMatch.check(config, stored());
    }

    /**
     * Reads every weight once and checks that it is finite, so that a damaged one is found before hours of work.
     *
     * @param beforeEach called before each tensor, to give a sign of life or to stop
     * @throws io.bisup.contract.FailureException naming the first tensor that holds NaN or infinity
     */
    public void requireFinite(Runnable beforeEach) {
        for (SafetensorsFile file : files) {
            for (TensorEntry entry : file.header().tensors().values()) {
                beforeEach.run();
                if (entry.dtype().isFloating()) {
                    file.tensor(entry.name()).orElseThrow().requireFinite();
                }
            }
        }
    }

    /** Every tensor as the headers tell of it. */
    public List<StoredTensor> stored() {
        return files.stream()
                .flatMap(file ->
                        file.header().tensors().values().stream().map(entry -> new StoredTensor(file.name(), entry)))
                .toList();
    }

    /** Unmaps every file; views fail from then on. */
    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
