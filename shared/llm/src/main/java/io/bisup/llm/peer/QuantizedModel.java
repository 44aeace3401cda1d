package io.bisup.llm.peer;

import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.checkpoint.ExpectedTensor;
import io.bisup.llm.checkpoint.ModelMatch;
import io.bisup.llm.checkpoint.StoredTensor;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.ConfigDocument;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.JsonFields;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.config.StoredPart;
import io.bisup.llm.config.TensorMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/** A model that another tool quantized, as its config.json tells of it. */
public final class QuantizedModel {
    private final DecoderConfig config;
    private final PeerScheme scheme;
    private final TensorMap map;
    private final SequencedMap<String, List<Long>> stored;

    private QuantizedModel(DecoderConfig config, PeerScheme scheme) {
        this.config = config;
        this.scheme = scheme;
        this.map = TensorMap.of(config);
        this.stored = map.stored();
    }

    /** The model's shape. */
    public DecoderConfig config() {
        return config;
    }

    /** How its weights are stored. */
    public PeerScheme scheme() {
        return scheme;
    }

    /**
     * Reads what a config.json says of quantization.
     *
     * @throws ModelConfigException naming the field that asks for what is not implemented; also when the document has none
     */
    public static QuantizedModel of(ConfigDocument document) {
        JsonFields fields = document.quantization();
        if (fields == null) {
            throw ModelConfigException.invalid(
                    ConfigDocument.QUANTIZATION, "is missing", "this is a checkpoint as trained");
        }
        String method = fields.text("quant_method");
        PeerScheme scheme = switch (method == null ? "" : method) {
            case CompressedTensors.METHOD -> CompressedTensorsReader.read(fields);
            case GptqScheme.METHOD -> GptqScheme.read(fields);
            case AwqScheme.METHOD -> AwqScheme.read(fields);
            default ->
                throw ModelConfigException.unsupported(
                        fields.prefix() + "quant_method",
                        method == null ? "is missing" : "\"" + method + "\" is not implemented",
                        "use compressed-tensors, gptq or awq, or start from the original checkpoint");
        };
        QuantizedModel model = new QuantizedModel(document.model(), scheme);
        scheme.check(model.modules());
        for (int layer = 0; layer < document.model().layers(); layer++) {
            for (Site site : BlockSites.INPUTS) {
                model.input(site, layer);
            }
        }
        return model;
    }

    /** What the layers that read an input do to it, which must be the same, or nothing. */
    Optional<PeerInput> input(Site site, int layer) {
        Set<Optional<PeerInput>> found = new HashSet<>();
        for (BlockTensor reader : BlockSites.readers(site)) {
            PeerModule module = module(reader, layer);
            Optional<PeerInput> input = scheme.input(module);
            input.ifPresent(
                    of -> module.requireWholeGroups("quantization_config, input_activations.group_size", of.group()));
            found.add(input);
        }
        if (found.size() > 1) {
            throw ModelConfigException.unsupported(
                    ConfigDocument.QUANTIZATION + ".config_groups",
                    BlockSites.readers(site).stream()
                                    .map(reader -> module(reader, layer).name())
                                    .distinct()
                                    .collect(Collectors.joining(", "))
                            + " share an input and quantize it differently, which is not implemented",
                    "give them one scheme, as readers that fuse these layers need it");
        }
        return found.iterator().next();
    }

    /**
     * Checks by the headers that the checkpoint holds exactly the tensors that config.json implies.
     *
     * @throws io.bisup.llm.checkpoint.MalformedCheckpointException naming the tensor that is missing, unexpected or of a wrong
     *     shape or type
     * @throws ModelConfigException when groups of channels do not fit a layer
     */
    public void check(Collection<StoredTensor> tensors) {
        Set<String> names = new HashSet<>();
        tensors.forEach(tensor -> names.add(tensor.name()));
        Map<String, ExpectedTensor> expected = new LinkedHashMap<>();
        stored.forEach((name, shape) -> {
            if (!isModule(name, shape)) {
                expected.put(name, ExpectedTensor.floating(shape));
            }
        });
        for (PeerModule module : modules()) {
            scheme.layout(module, names)
                    .ifPresentOrElse(
                            layout -> layout.tensors(module)
                                    .forEach((suffix, tensor) -> expected.put(module.name() + suffix, tensor)),
                            () -> expected.put(
                                    module.name() + PeerModule.WEIGHT,
                                    ExpectedTensor.floating(List.of(module.rows(), module.columns()))));
            if (module.isInBlock()) {
                // Some writers of GPTQ give every linear layer a bias.
                expected.putIfAbsent(
                        module.name() + ".bias",
                        ExpectedTensor.floating(List.of(module.rows())).orAbsent());
            }
        }
        ModelMatch.check(config, expected, tensors);
    }

    /** Every layer with a weight matrix, as the checkpoint names them. */
    List<PeerModule> modules() {
        List<PeerModule> modules = new ArrayList<>();
        stored.forEach((name, shape) -> {
            if (isModule(name, shape)) {
                modules.add(new PeerModule(PeerModule.withoutSuffix(name), shape.get(0), shape.get(1)));
            }
        });
        return modules;
    }

    /** The layer whose stored weight holds a linear weight of a block. */
    PeerModule module(BlockTensor linear, int layer) {
        return module(map.part(linear.name(layer)).tensor());
    }

    /** The layer of a stored weight. */
    PeerModule module(String weight) {
        List<Long> shape = stored.get(weight);
        if (shape == null || !isModule(weight, shape)) {
            throw new IllegalArgumentException(weight + " is no weight matrix of the model");
        }
        return new PeerModule(PeerModule.withoutSuffix(weight), shape.get(0), shape.get(1));
    }

    /** Where a parameter is stored. */
    StoredPart part(String parameter) {
        return map.part(parameter);
    }

    private static boolean isModule(String name, List<Long> shape) {
        return shape.size() == 2 && name.endsWith(PeerModule.WEIGHT);
    }
}
