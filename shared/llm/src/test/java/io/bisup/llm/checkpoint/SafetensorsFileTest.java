package io.bisup.llm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.llm.testing.ReferenceData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsFileTest {

    static List<Path> officialSamples() throws IOException {
        try (Stream<Path> files = Files.list(ReferenceData.path("data/conformance/safetensors/samples"))) {
            return files.toList();
        }
    }

    @ParameterizedTest
    @MethodSource("officialSamples")
    void opensEveryOfficialSample(Path sample) {
        try (SafetensorsFile file = SafetensorsFile.open(sample)) {
            assertThat(file.header().metadata()).containsEntry("test", "a");
            assertThat(file.header().tensors().values())
                    .allSatisfy(tensor -> assertThat(tensor.shape()).containsExactly(6L));
        }
    }

    @Test
    void readsUnalignedElementsOfEveryType() {
        Path sample = ReferenceData.path("data/conformance/safetensors/samples/overall.safetensors");
        try (SafetensorsFile file = SafetensorsFile.open(sample)) {
            assertThat(file.header().dataStart() % 8).isNotZero();
            float[] expected = file.tensor("f").orElseThrow().toFloats();
            assertThat(file.tensor("d").orElseThrow().toFloats()).containsExactly(expected);
            assertThat(file.tensor("e").orElseThrow().toFloats()).containsExactly(expected);
            long[] integers = file.tensor("i").orElseThrow().toLongs();
            assertThat(file.tensor("h").orElseThrow().toLongs()).containsExactly(integers);
            assertThat(file.tensor("b").orElseThrow().toLongs()).containsExactly(integers);
            for (int i = 0; i < expected.length; i++) {
                assertThat((long) expected[i]).isEqualTo(integers[i]);
            }
        }
    }

    @Test
    void widensHalfPrecisionExactly(@TempDir Path folder) {
        ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : new float[] {1.5f, -2.25f, 65504, 0x1p-24f}) {
            data.putShort(Float.floatToFloat16(value));
        }
        for (float value : new float[] {1.5f, -2.25f, 0x1.fep127f, 0x1p-126f}) {
            data.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
        String header = "{" + RawFile.entry("half", "F16", "[2,2]", 0, 8) + ","
                + RawFile.entry("brain", "BF16", "[4]", 8, 16) + "}";
        try (SafetensorsFile file = SafetensorsFile.open(write(folder, header, data.array()))) {
            assertThat(file.tensor("half").orElseThrow().toFloats()).containsExactly(1.5f, -2.25f, 65504, 0x1p-24f);
            assertThat(file.tensor("brain").orElseThrow().toFloats())
                    .containsExactly(1.5f, -2.25f, 0x1.fep127f, 0x1p-126f);
        }
    }

    @Test
    void readsTheLastElementBeyondTwoGibibytes(@TempDir Path folder) throws IOException {
        long elements = 1_500_000_000L;
        byte[] header = ("{" + RawFile.entry("big", "BF16", "[" + elements + "]", 0, 2 * elements) + ","
                        + RawFile.entry("last", "F32", "[2]", 2 * elements, 2 * elements + 8) + "}")
                .getBytes(StandardCharsets.UTF_8);
        Path path = folder.resolve("sparse.safetensors");
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.allocate(8 + header.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .put(header)
                    .flip());
            ByteBuffer tail = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
            tail.putShort((short) 0x4049).putFloat(1.25f).putFloat(-7f).flip();
            channel.write(tail, 8 + header.length + 2 * elements - 2);
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorView big = file.tensor("big").orElseThrow();
            float[] end = new float[2];
            big.decodeFloats(elements - 2, 2, MemorySegment.ofArray(end));
            assertThat(end).containsExactly(0f, 3.140625f);
            assertThat(file.tensor("last").orElseThrow().toFloats()).containsExactly(1.25f, -7f);
        }
    }

    @Test
    void aViewOfAClosedFileFailsInsteadOfReadingFreedMemory(@TempDir Path folder) {
        TensorView view;
        try (SafetensorsFile file =
                SafetensorsFile.open(write(folder, "{" + RawFile.entry("w", "F32", "[2]", 0, 8) + "}", new byte[8]))) {
            view = file.tensor("w").orElseThrow();
        }
        assertThatThrownBy(view::toFloats).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void acceptsPaddingScalarsAndEmptyTensors(@TempDir Path folder) {
        String header = "{" + RawFile.entry("empty", "F32", "[0,7]", 0, 0) + ","
                + RawFile.entry("scalar", "F64", "[]", 0, 8) + "}  \n\t ";
        try (SafetensorsFile file = SafetensorsFile.open(write(folder, header, new byte[8]))) {
            assertThat(file.tensor("empty").orElseThrow().toFloats()).isEmpty();
            assertThat(file.tensor("scalar").orElseThrow().toFloats()).containsExactly(0f);
            assertThat(file.tensor("scalar").orElseThrow().shape()).isEqualTo(List.of());
        }
    }

    @Test
    void refusesFloatsWhereIntegersAreAskedFor(@TempDir Path folder) {
        Path path = write(folder, "{" + RawFile.entry("w", "F32", "[2]", 0, 8) + "}", new byte[8]);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorView view = file.tensor("w").orElseThrow();
            assertThatThrownBy(view::toLongs)
                    .isInstanceOf(MalformedCheckpointException.class)
                    .hasMessageContaining("tensor w")
                    .hasMessageContaining("F32");
        }
    }

    private static Path write(Path folder, String header, byte[] data) {
        byte[] file = RawFile.of(header, data.length).bytes();
        System.arraycopy(data, 0, file, file.length - data.length, data.length);
        return RawFile.write(folder.resolve("file.safetensors"), file);
    }
}
