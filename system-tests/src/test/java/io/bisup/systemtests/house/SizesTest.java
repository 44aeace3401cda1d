package io.bisup.systemtests.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import io.bisup.systemtests.Project;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Law 8: what does not fit on a page or two is taken apart. */
class SizesTest {

    private static final int FILE_NEVER = 500;
    private static final int FILE_AT_90TH = 250;
    private static final int METHOD_NEVER = 40;
    private static final int METHOD_AT_90TH = 15;

    /** Something with a length in lines. */
    private record Sized(String name, long lines) {}

    @Test
    void filesAreShort() {
        List<Sized> files = Project.sources().stream()
                .map(f -> new Sized(name(f), Project.read(f).lines().count()))
                .toList();

        assertThat(files).filteredOn(f -> f.lines() > FILE_NEVER).isEmpty();
        assertThat(percentile(files, 90)).isLessThan(FILE_AT_90TH);
    }

    @Test
    void methodsAreShort() throws IOException {
        List<Sized> methods = methods();

        assertThat(methods).filteredOn(m -> m.lines() > METHOD_NEVER).isEmpty();
        assertThat(percentile(methods, 90)).isLessThanOrEqualTo(METHOD_AT_90TH);
    }

    /** Tests are left out: their tables of cases are read, not followed. */
    private static List<Path> mainSources() {
        return Project.sources().stream()
                .filter(f -> f.toString().contains("/src/main/"))
                .toList();
    }

    private static List<Sized> methods() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(mainSources()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            List<Sized> methods = new ArrayList<>();
            for (CompilationUnitTree file : task.parse()) {
                new Methods(file, positions, methods).scan(file, null);
            }
            return methods;
        }
    }

    /** Collects the methods of a file; a record's compact constructor counts too. */
    private static final class Methods extends TreeScanner<@Nullable Void, @Nullable Void> {

        private final CompilationUnitTree file;
        private final SourcePositions positions;
        private final List<Sized> found;

        Methods(CompilationUnitTree file, SourcePositions positions, List<Sized> found) {
            this.file = file;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void unused) {
            long start = positions.getStartPosition(file, method);
            long end = positions.getEndPosition(file, method);
            if (method.getBody() != null && start >= 0 && end >= 0) {
                LineMap lines = file.getLineMap();
                String name = name(Path.of(file.getSourceFile().toUri())) + "#" + method.getName();
                found.add(new Sized(name, lines.getLineNumber(end) - lines.getLineNumber(start) + 1));
            }
            return super.visitMethod(method, null);
        }
    }

    private static String name(Path file) {
        return Project.home()
                .toAbsolutePath()
                .normalize()
                .relativize(file.toAbsolutePath().normalize())
                .toString();
    }

    private static long percentile(List<Sized> things, int percent) {
        long[] sorted = things.stream().mapToLong(Sized::lines).sorted().toArray();
        return sorted[sorted.length * percent / 100];
    }
}
