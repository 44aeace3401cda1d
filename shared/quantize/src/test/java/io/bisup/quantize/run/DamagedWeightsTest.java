package io.bisup.quantize.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.FailureException;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.TensorEntry;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A NaN in the last weight of a model is found before the first block is quantized, and the tensor is named. */
class DamagedWeightsTest {
    private static final String LAST = "model.layers.1.mlp.down_proj.weight";

    @TempDir
    Path folder;

    @Test
    void aDamagedWeightIsNamedBeforeAnyBlockIsDone() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", Checkpoint.SINGLE_FILE)) {
            Files.copy(ReferenceData.path("data/models/TinyStories-656K/" + name), model.resolve(name));
        }
        damage(model.resolve(Checkpoint.SINGLE_FILE));
        Path target = Files.createDirectory(folder.resolve("target"));
        FolderQuantization.Request request = new FolderQuantization.Request(
                model, "digest", TinyModels.nearest(3), "Once upon a time. ".repeat(200), null, 0);
        FolderQuantization quantization = new FolderQuantization(TinyModels.RUNTIME, Control.NONE);

        assertThatThrownBy(() -> quantization.run(request, target, List.of(), (shard, report) -> {
                    throw new AssertionError("block " + report.block() + " was quantized");
                }))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining(LAST)
                .hasMessageContaining("NaN");
        assertThat(target).isEmptyDirectory();
    }

    /** Puts a NaN into the third element. */
    private static void damage(Path weights) throws IOException {
        assertThat(weights.toFile().setWritable(true)).isTrue();
        long position;
        TensorEntry entry;
        try (SafetensorsFile file = SafetensorsFile.open(weights)) {
            entry = file.header().tensors().get(LAST);
            position = file.header().dataStart()
                    + entry.begin()
                    + 2L * entry.dtype().bytes();
        }
        // All bits set is a NaN in every floating-point type.
        byte[] nan = new byte[entry.dtype().bytes()];
        Arrays.fill(nan, (byte) 0xff);
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(nan), position);
        }
    }
}
