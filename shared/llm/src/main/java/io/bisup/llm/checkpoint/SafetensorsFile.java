package io.bisup.llm.checkpoint;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A memory-mapped safetensors file of any size. Opening reads the header only; pages of a tensor are read when its view
 * is. Views may be read by several threads; after {@link #close} they fail, they never read freed memory.
 */
public final class SafetensorsFile implements AutoCloseable {

    private final String name;
    private final Arena arena;
    private final MemorySegment file;
    private final SafetensorsHeader header;

    private SafetensorsFile(String name, Arena arena, MemorySegment file, SafetensorsHeader header) {
        this.name = name;
        this.arena = arena;
        this.file = file;
        this.header = header;
    }

    /**
     * Maps the file and checks its header completely.
     *
     * @throws MalformedCheckpointException if it cannot be read or breaks a rule of the format
     */
    public static SafetensorsFile open(Path path) {
        String name = String.valueOf(path.getFileName());
        Arena arena = Arena.ofShared();
        try {
            MemorySegment file = map(path, name, arena);
            return new SafetensorsFile(name, arena, file, header(file, name));
        } catch (RuntimeException refused) {
            arena.close();
            throw refused;
        }
    }

    private static MemorySegment map(Path path, String name, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (NoSuchFileException absent) {
            throw new MalformedCheckpointException(
                    Code.FILE_UNREADABLE, name, null, "no such file: " + path, "check the path");
        } catch (IOException broken) {
            throw new MalformedCheckpointException(
                    Code.FILE_UNREADABLE, name, null, "cannot read " + path + " (" + broken + ")", "is it a file?");
        }
    }

    private static SafetensorsHeader header(MemorySegment file, String name) {
        long size = file.byteSize();
        byte[] start =
                file.asSlice(0, Math.min(size, SafetensorsHeader.LENGTH_BYTES)).toArray(ValueLayout.JAVA_BYTE);
        int length = SafetensorsHeader.length(start, size, name);
        byte[] json = file.asSlice(SafetensorsHeader.LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE);
        return SafetensorsHeader.parse(json, size, name);
    }

    /** The file's name, without its folder. */
    public String name() {
        return name;
    }

    /** Names, types, shapes and metadata. */
    public SafetensorsHeader header() {
        return header;
    }

    /** A view of one tensor, valid until this file is closed. */
    public Optional<TensorView> tensor(String tensor) {
        return Optional.ofNullable(header.tensors().get(tensor))
                .map(entry ->
                        new TensorView(name, entry, file.asSlice(header.dataStart() + entry.begin(), entry.bytes())));
    }

    /** Unmaps the file. */
    @Override
    public void close() {
        arena.close();
    }
}
