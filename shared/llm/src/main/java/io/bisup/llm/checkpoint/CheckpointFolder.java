package io.bisup.llm.checkpoint;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What can be wrong with a checkpoint folder as a whole. */
final class CheckpointFolder {

    private static final List<String> UNSAFE =
            List.of(".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".npz", ".npy", ".msgpack", ".h5", ".zip");

    private CheckpointFolder() {}

    /** The error for a folder without safetensors weights; says so when only unsafe formats are there. */
    static MalformedCheckpointException nothingToOpen(Path directory) {
        if (!Files.isDirectory(directory)) {
            return new MalformedCheckpointException(
                    Code.FILE_UNREADABLE,
                    directory.toString(),
                    null,
                    "is not a folder",
                    "give a Hugging Face checkpoint folder");
        }
        return unsafeFile(directory)
                .map(file -> new MalformedCheckpointException(
                        Code.UNSAFE_FORMAT,
                        file,
                        null,
                        "this format can run code when opened and is never read",
                        "convert it: save_pretrained(..., safe_serialization=True)"))
                .orElseGet(() -> new MalformedCheckpointException(
                        Code.FILE_UNREADABLE,
                        directory.toString(),
                        null,
                        "has neither " + Checkpoint.SINGLE_FILE + " nor " + ShardIndex.FILE,
                        "give a Hugging Face checkpoint folder with safetensors weights"));
    }

    private static Optional<String> unsafeFile(Path directory) {
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(p -> String.valueOf(p.getFileName()))
                    .filter(name -> UNSAFE.stream().anyMatch(name::endsWith))
                    .sorted()
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
