package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.llm.block.DecoderBlock;
import io.bisup.measure.task.TaskEvaluation;
import org.junit.jupiter.api.Test;

class CodeVersionTest {

    @Test
    void isTheReleaseAndADigestOfWhatComputes() {
        assertThat(CodeVersion.CURRENT).matches("\\d+\\.\\d+\\.\\d+\\+[0-9a-f]{12}");
    }

    @Test
    void reachesTheGraphTheScorersAndTheKernels() {
        assertThat(CodeVersion.parts())
                .containsKeys(
                        DecoderBlock.class.getName().replace('.', '/'),
                        TaskEvaluation.class.getName().replace('.', '/'),
                        "io/bisup/measure/task/RequestEncoder",
                        "io/bisup/llm/artifact/BlockReader",
                        "/io/bisup/llm/kernels/attention.py",
                        "kernels.py");
    }

    @Test
    void anyChangedPartChangesIt() {
        var parts = CodeVersion.parts();
        String before = CodeVersion.digest(parts);
        byte[] kernel = parts.get("kernels.py").clone();
        kernel[kernel.length / 2]++;
        parts.put("kernels.py", kernel);

        assertThat(CodeVersion.digest(parts)).isNotEqualTo(before);
        assertThat(CodeVersion.CURRENT).endsWith(before.substring(0, 12));
    }
}
