package io.bisup.measure.fault;

import io.bisup.contract.Digests;
import io.bisup.llm.artifact.ArtifactFiles;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.TensorEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The bytes of an artifact's files, to be changed behind the back of what wrote them. */
record StoredBytes(Path folder) {

    /** What a change does to the bytes of one tensor. */
    @FunctionalInterface
    interface Change {
        void to(ByteBuffer bytes);
    }

    /** Where a tensor's bytes lie. */
    private record Place(Path file, long position, TensorEntry entry) {}

    /** Another copy of the folder. */
    StoredBytes copiedTo(Path target) {
        return unchecked(() -> {
            Files.createDirectories(target);
            for (Path file : files()) {
                Files.copy(file, target.resolve(String.valueOf(file.getFileName())));
            }
            return new StoredBytes(target);
        });
    }

    /** Changes the bytes of the tensor of that name; its header stays. */
    void tensor(String name, Change change) {
        byte[] bytes = tensor(name);
        change.to(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        write(name, bytes);
    }

    /** Exchanges the bytes of two tensors of one size. */
    void exchange(String one, String other) {
        byte[] first = tensor(one);
        byte[] second = tensor(other);
        if (first.length != second.length) {
            throw new IllegalArgumentException(one + " and " + other + " cannot be exchanged");
        }
        write(one, second);
        write(other, first);
    }

    /** Exchanges two files. */
    void exchangeFiles(String one, String other) {
        unchecked(() -> {
            Path aside = folder.resolve("aside");
            Files.move(folder.resolve(one), aside);
            Files.move(folder.resolve(other), folder.resolve(one));
            return Files.move(aside, folder.resolve(other));
        });
    }

    /** Cuts the last bytes of a file off. */
    void truncate(String file, int bytes) {
        unchecked(() -> {
            try (FileChannel channel = FileChannel.open(folder.resolve(file), StandardOpenOption.WRITE)) {
                return channel.truncate(channel.size() - bytes);
            }
        });
    }

    /** Changes the text of a file; the change has to change something. */
    void text(String file, UnaryOperator<String> change) {
        unchecked(() -> {
            String before = Files.readString(folder.resolve(file));
            String after = change.apply(before);
            if (after.equals(before)) {
                throw new IllegalArgumentException(file + " stays as it is");
            }
            return Files.writeString(folder.resolve(file), after);
        });
    }

    /** Replaces bytes of a file's header by others of the same length. */
    void header(String file, String from, String to) {
        unchecked(() -> {
            String all = Files.readString(folder.resolve(file), StandardCharsets.ISO_8859_1);
            if (from.length() != to.length() || !all.contains(from)) {
                throw new IllegalArgumentException(file + " has no " + from + " to replace by " + to);
            }
            return Files.writeString(folder.resolve(file), all.replace(from, to), StandardCharsets.ISO_8859_1);
        });
    }

    /** Names of all tensors that a block's file holds. */
    List<String> tensorsOf(int layer) {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(ArtifactFiles.block(layer)))) {
            return List.copyOf(file.header().tensors().keySet());
        }
    }

    /** Name and digest of every file. */
    List<String> digests() {
        return unchecked(() -> {
            List<String> all = new ArrayList<>();
            for (Path file : files()) {
                all.add(file.getFileName() + " " + Digests.sha256(Files.readAllBytes(file)));
            }
            return all;
        });
    }

    void delete(String file) {
        unchecked(() -> Files.deleteIfExists(folder.resolve(file)));
    }

    private byte[] tensor(String name) {
        Place place = place(name);
        return unchecked(() -> {
            try (FileChannel channel = FileChannel.open(place.file(), StandardOpenOption.READ)) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(Math.toIntExact(place.entry().bytes()));
                while (bytes.hasRemaining() && channel.read(bytes, place.position() + bytes.position()) >= 0) {}
                return bytes.array();
            }
        });
    }

    private void write(String name, byte[] bytes) {
        Place place = place(name);
        unchecked(() -> {
            try (FileChannel channel = FileChannel.open(place.file(), StandardOpenOption.WRITE)) {
                return channel.write(ByteBuffer.wrap(bytes), place.position());
            }
        });
    }

    private Place place(String name) {
        for (Path path : unchecked(this::files)) {
            if (path.toString().endsWith(".safetensors")) {
                try (SafetensorsFile file = SafetensorsFile.open(path)) {
                    TensorEntry entry = file.header().tensors().get(name);
                    if (entry != null) {
                        return new Place(path, file.header().dataStart() + entry.begin(), entry);
                    }
                }
            }
        }
        throw new IllegalArgumentException("no tensor " + name + " in " + folder);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    @FunctionalInterface
    private interface Io<T> {
        T run() throws IOException;
    }

    private static <T> T unchecked(Io<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
