package io.bisup.llm.artifact;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.weight.StoredWeight;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists the tensors of a block's file. It rounds nothing but low-rank branches, which are stored in bfloat16. */
public final class BlockWriter {

    private final int layer;
    private final StoredBlock block;
    private final List<TensorSource> all = new ArrayList<>();

    private BlockWriter(int layer, StoredBlock block) {
        this.layer = layer;
        this.block = block;
    }

    /** The tensors of one block's file; the block's own must stay open until they are written. */
    public static List<TensorSource> tensors(int layer, StoredBlock block) {
        BlockWriter writer = new BlockWriter(layer, block);
        writer.parameters();
        writer.branches();
        writer.inputs();
        writer.cache();
        return writer.all;
    }

    private void parameters() {
        for (BlockTensor tensor : BlockTensor.values()) {
            StoredWeight weight = block.weights().get(tensor);
            if (weight != null) {
                all.addAll(weight.tensors(BlockNames.stem(tensor, layer)));
            } else {
                exact(tensor.name(layer), block.exact().get(tensor));
            }
        }
    }

    private void branches() {
        for (BlockTensor linear : BlockSites.LINEARS) {
            LowRankBranch branch = block.branches().get(linear);
            if (branch != null) {
                all.add(TensorSources.bfloat16(BlockNames.loraIn(linear, layer), branch.b()));
                all.add(TensorSources.bfloat16(BlockNames.loraOut(linear, layer), branch.a()));
            }
        }
    }

    private void inputs() {
        for (Site site : BlockSites.INPUTS) {
            List<ChannelMap> maps = block.online().getOrDefault(site, List.of());
            for (int i = 0; i < maps.size(); i++) {
                all.addAll(maps.get(i).tensors(BlockNames.map(site, i, layer)));
            }
            List<NDArray> clips = block.inputClips().getOrDefault(site, List.of());
            for (int i = 0; i < clips.size(); i++) {
                exact(BlockNames.inputClip(site, i, layer), clips.get(i));
            }
        }
    }

    private void cache() {
        exact(BlockNames.keyClip(layer), block.keyClip());
        exact(BlockNames.valueClip(layer), block.valueClip());
        exact(BlockNames.keyOffset(layer), block.keyOffset());
        KeyValues prefix = block.prefix();
        if (prefix != null) {
            all.add(TensorSources.of(BlockNames.prefixKeys(layer), prefix.keys()));
            all.add(TensorSources.of(BlockNames.prefixValues(layer), prefix.values()));
        }
    }

    private void exact(String name, @Nullable NDArray value) {
        if (value != null && value.size() > 0) {
            all.add(TensorSources.of(name, value));
        }
    }
}
