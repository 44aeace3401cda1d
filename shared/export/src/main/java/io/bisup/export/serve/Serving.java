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

    /** vLLM has room for adapters of these ranks only. */
    private static final List<Integer> ROOMS = List.of(8, 16, 32, 64, 128, 256, 320, 512);

    private Serving() {}

    /** The program and its arguments for the export that is being written. */
    public static List<String> arguments(ExportWork work, String path) {
        return arguments(work.format(), work.source().artifact().sidecar().recipe(), path);
    }

    /**
     * The program and its arguments.
     *
     * @param path of the export's folder
     */
    public static List<String> arguments(ExportFormat format, Recipe recipe, String path) {
        LowRank branch = recipe.compensation();
        return arguments(format, recipe, path, branch == null ? 0 : branch.rank());
    }

    /**
     * The program and its arguments.
     *
     * @param rank of the adapter, where there is one
     */
    public static List<String> arguments(ExportFormat format, Recipe recipe, String path, int rank) {
        return switch (format) {
            case COMPRESSED_TENSORS, GPTQ, AWQ, HF_FAKE -> vllm(path, recipe);
            case PEFT -> adapter(path, recipe, rank);
            case GGUF -> llamaServer(path, recipe);
        };
    }

    private static List<String> vllm(String model, Recipe recipe) {
        List<String> all = new ArrayList<>(List.of("vllm", "serve", model));
        ServedCache.of(recipe.precision().cache())
                .ifPresent(cache -> all.addAll(List.of("--kv-cache-dtype", cache.vllm())));
        return all;
    }

    private static List<String> adapter(String folder, Recipe recipe, int rank) {
        List<String> all = vllm(folder + "/base", recipe);
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
