package io.bisup.llm.peer;

import io.bisup.llm.config.ModelConfigException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The scheme of compressed-tensors, which llm-compressor writes and vLLM reads.
 *
 * @param groups of modules that are quantized alike
 * @param ignore modules that are stored as trained although a group targets them
 */
record CompressedTensors(List<Group> groups, List<ModulePattern> ignore) implements PeerScheme {

    static final String METHOD = "compressed-tensors";

    CompressedTensors {
        groups = List.copyOf(groups);
        ignore = List.copyOf(ignore);
    }

    /**
     * Modules that are quantized alike.
     *
     * @param field where the group stands in config.json, for messages
     * @param layout how weights are stored
     * @param inputs what happens to inputs; null: nothing
     */
    record Group(
            String field,
            List<ModulePattern> targets,
            PackedLayout layout,
            @Nullable PeerInput inputs) {
        Group {
            targets = List.copyOf(targets);
        }
    }

    private record Target(ModulePattern pattern, Group group) {}

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public void check(Collection<PeerModule> modules) {
        for (Group group : groups) {
            for (ModulePattern target : group.targets()) {
                if (modules.stream().noneMatch(target::matches)) {
                    throw ModelConfigException.unsupported(
                            group.field() + "targets",
                            "\"" + target.text() + "\" is no linear layer or embedding of this model",
                            "quantize linear layers; attention and caches are not implemented");
                }
            }
        }
        modules.stream().filter(module -> !module.isInBlock()).forEach(this::refuseInput);
    }

    private void refuseInput(PeerModule module) {
        group(module).filter(group -> group.inputs() != null).ifPresent(group -> {
            throw ModelConfigException.unsupported(
                    group.field() + "input_activations",
                    "quantizing the input of " + module.name() + " is not implemented",
                    "add \"" + module.name() + "\" to ignore");
        });
    }

    @Override
    public Optional<PackedLayout> layout(PeerModule module, Set<String> stored) {
        return group(module).map(Group::layout);
    }

    @Override
    public Optional<PeerInput> input(PeerModule module) {
        return group(module).flatMap(group -> Optional.ofNullable(group.inputs()));
    }

    /** The group of the first target that a module matches: names first, then expressions, then classes. */
    private Optional<Group> group(PeerModule module) {
        if (ignore.stream().anyMatch(pattern -> pattern.matches(module))) {
            return Optional.empty();
        }
        return groups.stream()
                .flatMap(group -> group.targets().stream().map(pattern -> new Target(pattern, group)))
                .filter(target -> target.pattern().matches(module))
                .min(Comparator.comparing((Target target) -> !target.pattern().matchesName(module))
                        .thenComparing(target -> target.pattern().isExpression())
                        .thenComparing(target -> target.pattern().text()))
                .map(Target::group);
    }
}
