package io.bisup.llm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.llm.testing.ReferenceData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {

    @TempDir
    Path folder;

    @Test
    void givesTheSameBytesWhateverTheOrder() throws IOException {
        TensorSource bytes = TensorSource.of("a", DType.U8, List.of(3L), MemorySegment.ofArray(new byte[] {1, 2, 3}));
        TensorSource floats =
                TensorSource.of("b", DType.F32, List.of(1L, 2L), MemorySegment.ofArray(new float[] {1f, 2f}));
        Path one = folder.resolve("one.safetensors");
        Path two = folder.resolve("two.safetensors");

        SafetensorsWriter.write(one, Map.of("format", "pt", "by", "test"), List.of(bytes, floats));
        SafetensorsWriter.write(two, Map.of("by", "test", "format", "pt"), List.of(floats, bytes));

        assertThat(two).hasSameBinaryContentAs(one);
        try (SafetensorsFile file = SafetensorsFile.open(one)) {
            assertThat(file.header().dataStart() % 8).isZero();
            assertThat(file.header().tensors().keySet()).containsExactly("b", "a");
            assertThat(file.header().metadata()).isEqualTo(Map.of("format", "pt", "by", "test"));
            assertThat(file.tensor("b").orElseThrow().toFloats()).containsExactly(1f, 2f);
        }
    }

    @Test
    void copiesACheckpointByteForByte() throws IOException {
        Path copy = folder.resolve("copy.safetensors");
        try (SafetensorsFile original =
                SafetensorsFile.open(ReferenceData.path("data/models/TinyStories-656K/model.safetensors"))) {
            List<TensorSource> tensors = original.header().tensors().keySet().stream()
                    .map(name -> TensorSource.copyOf(original.tensor(name).orElseThrow()))
                    .toList();
            SafetensorsWriter.write(copy, original.header().metadata(), tensors);

            assertThat(copy)
                    .hasSameBinaryContentAs(ReferenceData.path("data/models/TinyStories-656K/model.safetensors"));
        }
    }

    @Test
    void leavesNothingBehindWhenASourceFails() throws IOException {
        Path target = folder.resolve("broken.safetensors");
        TensorSource tooShort = TensorSource.of("w", DType.F32, List.of(2L), MemorySegment.ofArray(new float[1]));

        assertThatThrownBy(() -> SafetensorsWriter.write(target, Map.of(), List.of(tooShort)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("w");

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void keepsTheOldFileWhenASourceFails() throws IOException {
        Path target = folder.resolve("kept.safetensors");
        TensorSource good = TensorSource.of("w", DType.F32, List.of(1L), MemorySegment.ofArray(new float[1]));
        SafetensorsWriter.write(target, Map.of(), List.of(good));
        byte[] before = Files.readAllBytes(target);

        assertThatThrownBy(() -> SafetensorsWriter.write(target, Map.of(), List.of(good, good)))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(target).hasBinaryContent(before);
    }
}
