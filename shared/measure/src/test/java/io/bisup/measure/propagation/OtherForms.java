package io.bisup.measure.propagation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.CachePath;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.fold.Fold;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.model.BlockSource;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.ModelEnds;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Diagonal;
import io.bisup.llm.transform.Permutation;
import io.bisup.llm.transform.Rotations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/** {@link RandomModel} as recipes change it: the same function in other bases, and a rounded cache. */
final class OtherForms {

    private final TensorRuntime runtime;
    private final DecoderConfig config;

    OtherForms(TensorRuntime runtime, DecoderConfig config) {
        this.runtime = runtime;
        this.config = config;
    }

    LanguageModel plain() {
        return RandomModel.open(runtime, config, DataType.FLOAT32);
    }

    /** Keys and values rounded to three bits, one scale a head and token. */
    LanguageModel roundedCache() {
        Format format = Format.integer(3, false, new Scope.Row());
        NDArray none = runtime.manager().create(new Shape(0));
        List<DecoderBlock> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            DecoderBlock.Parts own =
                    RandomModel.block(runtime, config, layer, DataType.FLOAT32).parts();
            CachePath cache = new CachePath(format, format, layer == 0, null, null, none, none);
            blocks.add(new DecoderBlock(new DecoderBlock.Parts(
                    own.config(), own.norms(), own.linears(), own.inputs(), cache, own.window(), false)));
        }
        return model(RandomModel.source(runtime, config, DataType.FLOAT32), blocks);
    }

    /** QuaRot's rotations of the residual stream and of each head's values, and factors and an order of down's channels. */
    LanguageModel turned() {
        Function<String, NDArray> source = RandomModel.source(runtime, config, DataType.FLOAT32);
        ChannelMap residual = new Rotations(runtime).residual(config.hiddenSize(), 5);
        List<DecoderBlock> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            DecoderBlockWeights weights =
                    Fold.residual(runtime.kernels(), DecoderBlockWeights.load(config, layer, source), residual);
            blocks.add(
                    DecoderBlock.fullPrecision(config, layer, Fold.into(runtime.kernels(), weights, inside()), false));
        }
        return model(
                name -> name.equals(ModelTensors.EMBEDDING)
                        ? residual.columns(runtime.kernels(), source.apply(name))
                        : source.apply(name),
                blocks);
    }

    private List<SiteMap> inside() {
        Rotations rotations = new Rotations(runtime);
        ChannelMap factors = new Diagonal(Tensors.reals(
                runtime.manager(),
                DataType.FLOAT32,
                new Random(1).doubles(config.intermediateSize(), 0.3, 3).toArray(),
                config.intermediateSize()));
        List<Integer> order = new ArrayList<>(
                IntStream.range(0, config.intermediateSize()).boxed().toList());
        Collections.shuffle(order, new Random(2));
        ChannelMap sorted = Permutation.of(
                runtime.manager(), order.stream().mapToInt(Integer::intValue).toArray());
        return List.of(
                new SiteMap(
                        Site.O,
                        rotations.perHead(config.attentionHeads(), config.headDim(), 3),
                        rotations.perHead(config.keyValueHeads(), config.headDim(), 3)),
                new SiteMap(Site.DOWN, factors, factors),
                new SiteMap(Site.DOWN, sorted, sorted));
    }

    private LanguageModel model(Function<String, NDArray> source, List<DecoderBlock> blocks) {
        return new LanguageModel(
                runtime, config, ModelEnds.load(config, source), BlockSource.resident(blocks), List.of());
    }
}
