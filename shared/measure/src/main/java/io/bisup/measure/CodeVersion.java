package io.bisup.measure;

import io.bisup.contract.Digests;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.measure.propagation.PropagationKernels;
import io.bisup.measure.task.TaskEvaluation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * The version of what computes: the release, and a digest of every class of ours that a measurement can reach and of every
 * kernel. It is the same in a service and on the command line, and changes when any of them does.
 */
public final class CodeVersion {

    private static final Set<String> COMPUTING = Set.of("io/bisup/measure/", "io/bisup/llm/", "io/bisup/data/");
    private static final Set<Class<?>> MEASURING =
            Set.of(Perplexity.class, TaskEvaluation.class, Divergence.class, Propagation.class, ModelFolder.class);

    private static final String KERNELS = "/io/bisup/llm/kernels/";
    private static final String PROPAGATION_KERNELS = "propagation/" + PropagationKernels.SOURCE;

    /** Such as {@code 0.1.0+5f3c0a91d2be}. */
    public static final String CURRENT = version(parts());

    private CodeVersion() {}

    /**
     * The version of what measures and of what else computes, such as what quantizes.
     *
     * @param root class that computes
     * @param packages folder of its classes in a jar, ending in a slash
     */
    public static String reaching(Class<?> root, String packages) {
        Set<Class<?>> roots = new HashSet<>(MEASURING);
        roots.add(root);
        Set<String> computing = new HashSet<>(COMPUTING);
        computing.add(packages);
        return version(parts(roots, computing));
    }

    private static String version(Map<String, byte[]> parts) {
        return text("version.txt") + "+" + digest(parts).substring(0, 12);
    }

    /** What measures, by name: classes and kernels. */
    static Map<String, byte[]> parts() {
        return parts(MEASURING, COMPUTING);
    }

    private static Map<String, byte[]> parts(Set<Class<?>> roots, Set<String> computing) {
        Map<String, byte[]> parts = reached(roots, computing);
        for (String file : text(KERNELS + "index").lines().toList()) {
            parts.put(KERNELS + file, bytes(KERNELS + file));
        }
        parts.put(EvaluationKernels.SOURCE, bytes(EvaluationKernels.SOURCE));
        parts.put(PROPAGATION_KERNELS, bytes(PROPAGATION_KERNELS));
        return parts;
    }

    static String digest(Map<String, byte[]> parts) {
        MessageDigest digest = Digests.sha256();
        new TreeMap<>(parts)
                .forEach((name, bytes) ->
                        digest.update((Digests.sha256(bytes) + " " + name + "\n").getBytes(StandardCharsets.UTF_8)));
        return Digests.hex(digest.digest());
    }

    /** The bytes of the classes, and of those that compute and that their constant pools name, transitively. */
    private static Map<String, byte[]> reached(Set<Class<?>> roots, Set<String> computing) {
        Map<String, byte[]> classes = new TreeMap<>();
        Deque<String> open =
                new ArrayDeque<>(roots.stream().map(CodeVersion::name).toList());
        while (!open.isEmpty()) {
            String name = open.pop();
            if (!classes.containsKey(name)) {
                byte[] bytes = bytes("/" + name + ".class");
                classes.put(name, bytes);
                for (PoolEntry entry : ClassFile.of().parse(bytes).constantPool()) {
                    if (entry instanceof ClassEntry used
                            && computing.stream().anyMatch(used.asInternalName()::startsWith)) {
                        open.push(used.asInternalName());
                    }
                }
            }
        }
        return classes;
    }

    private static String name(Class<?> type) {
        return type.getName().replace('.', '/');
    }

    private static String text(String resource) {
        return new String(bytes(resource), StandardCharsets.UTF_8).strip();
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = CodeVersion.class.getResourceAsStream(resource)) {
            return Objects.requireNonNull(in, resource).readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
