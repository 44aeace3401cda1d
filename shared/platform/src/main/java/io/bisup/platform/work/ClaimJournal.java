package io.bisup.platform.work;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The claim that a process holds, on its disk: whoever owns the folder next knows that the owner died, and can say so at
 * once, where others would wait for the lease to run out.
 */
public final class ClaimJournal {

    private final Path file;

    ClaimJournal(Path file) {
        this.file = file;
    }

    /**
     * A claim.
     *
     * @param id of the job or evaluation
     * @param epoch of the claim
     */
    public record Entry(String id, long epoch) {}

    /** Remembers a claim. */
    public void begin(String id, long epoch) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, Json.write(new Entry(id, epoch)));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The claim was ended. */
    public void end() throws IOException {
        Files.deleteIfExists(file);
    }

    /** The claim that the last owner of the folder never ended. */
    public Optional<Entry> left() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.read(Files.readString(file), Entry.class));
        } catch (InvalidSpecException e) {
            // Torn by a full disk: the lease decides.
            return Optional.empty();
        }
    }
}
