package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KernelIndexTest {
    @Test
    void theIndexNamesEveryKernelFileInOrder() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/io/bisup/llm/kernels"))) {
            List<String> sources = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".py"))
                    .sorted()
                    .toList();
            assertThat(KernelArchive.index()).isEqualTo(sources);
        }
    }
}
