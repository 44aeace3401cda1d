package io.bisup.quantize.run;

import io.bisup.contract.BlockReport;
import io.bisup.contract.Digests;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.artifact.ArtifactConfig;
import io.bisup.llm.artifact.BlockLayout;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.Planner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import io.bisup.llm.token.Windows;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.export.EndsType;
import io.bisup.quantize.export.NativeArtifact;
import io.bisup.quantize.prefix.PrefixDetection;
import io.bisup.quantize.prefix.PrefixTokens;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From folders to a folder: a Hugging Face checkpoint and a calibration text become an artifact. The whole engine without
 * any service; jobs and the command line both come through here. A prefix that costs the full-precision model a tenth of its
 * perplexity is told in the first block's notes.
 */
public final class FolderQuantization {

    /**
     * What is asked for.
     *
     * @param model folder of the checkpoint
     * @param sourceSha256 digest of the checkpoint's files, written to the artifact
     * @param calibrationText text the samples are drawn from
     * @param systemPrompt text whose keys and values stay exact where the recipe says so
     * @param evaluationWindow tokens of the longest window that will be scored behind the prefix; 0 for none
     */
    public record Request(
            Path model,
            String sourceSha256,
            Recipe recipe,
            String calibrationText,
            @Nullable String systemPrompt,
            int evaluationWindow) {}

    /** What came out: one report per block quantized by this call, and every file of the artifact that is no block. */
    public record Result(List<BlockReport> blocks, List<Path> files, List<Long> prefixTokenIds) {
        public Result {
            blocks = List.copyOf(blocks);
            files = List.copyOf(files);
            prefixTokenIds = List.copyOf(prefixTokenIds);
        }
    }

    private final TensorRuntime runtime;
    private final Control control;

    public FolderQuantization(TensorRuntime runtime, Control control) {
        this.runtime = runtime;
        this.control = control;
    }

    /**
     * Writes the artifact.
     *
     * @param target existing folder; blocks' files appear in it one by one
     * @param finished the first blocks' files of an interrupted run of the same request
     * @param sink is told of each block
     */
    public Result run(Request request, Path target, List<Path> finished, BlockSink sink) {
        DecoderConfig config = DecoderConfig.read(request.model());
        BlockPlan plan = Planner.require(request.recipe(), config);
        try (Checkpoint checkpoint = Checkpoint.open(request.model());
                Tokenizer tokenizer = Tokenizer.open(request.model())) {
            checkpoint.requireMatch(config);
            checkpoint.requireFinite(control::checkpoint);
            List<long[]> windows = windows(tokenizer, request);
            List<Long> prefix = PrefixTokens.of(
                    request.recipe().prefix(),
                    tokenizer,
                    request.systemPrompt(),
                    (start, eta) -> new PrefixDetection(
                                    runtime, config, checkpoint.parameters(config, runtime.manager()), control)
                            .find(windows, start, eta));
            requireRoom(config, prefix.size(), request.evaluationWindow());
            QuantizationInput input = new QuantizationInput(
                    checkpoint.parameters(config, runtime.manager()), plan, windows, prefix, endsType(checkpoint));
            Optional<String> note =
                    finished.isEmpty() ? new PrefixCost(runtime, input, control).note() : Optional.empty();
            List<BlockReport> reports = new ArrayList<>();
            List<Path> blocks = new ArrayList<>(finished);
            BlockLayout layout = new ModelRun(runtime, input, control).run(target, finished, (shard, report) -> {
                BlockReport told =
                        reports.isEmpty() ? note.map(report::withNote).orElse(report) : report;
                reports.add(told);
                blocks.add(shard);
                sink.finished(shard, told);
            });
            ArtifactConfig sidecar =
                    ArtifactConfig.of(layout, request.recipe(), prefix, digest(windows), request.sourceSha256());
            List<Path> files = new NativeArtifact(runtime, request.model(), target)
                    .complete(plan, checkpoint, input.ends(), sidecar, blocks);
            return new Result(reports, files, prefix);
        }
    }

    private static EndsType endsType(Checkpoint checkpoint) {
        return switch (checkpoint.tensor(ModelTensors.EMBEDDING).dtype()) {
            case F32, F64 -> EndsType.FLOAT32;
            default -> EndsType.BFLOAT16;
        };
    }

    private static List<long[]> windows(Tokenizer tokenizer, Request request) {
        Calibration calibration = request.recipe().calibration();
        long[] ids = tokenizer.encode(request.calibrationText(), SpecialTokens.NEVER);
        try {
            return Windows.random(ids, calibration.samples(), calibration.sequenceLength(), calibration.seed());
        } catch (IllegalArgumentException tooShort) {
            throw new FailureException(
                    FailureCode.DATASET_TOO_SHORT, "calibration: " + tooShort.getMessage(), tooShort);
        }
    }

    /** Found before hours of work, not after: the prefix takes its tokens from the context of every window. */
    private static void requireRoom(DecoderConfig config, int prefix, int window) {
        int room = config.maxPositions() - prefix;
        if (window > room) {
            throw new FailureException(
                    FailureCode.WINDOW_TOO_LONG,
                    "evaluation windows of " + window + " tokens do not fit behind the prefix of " + prefix
                            + " in the model's context of " + config.maxPositions() + ": use at most " + room);
        }
    }

    private static String digest(List<long[]> windows) {
        MessageDigest digest = Digests.sha256();
        for (long[] window : windows) {
            ByteBuffer bytes = ByteBuffer.allocate(window.length * Long.BYTES);
            bytes.asLongBuffer().put(window);
            digest.update(bytes);
        }
        return Digests.hex(digest.digest());
    }
}
