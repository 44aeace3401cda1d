package io.bisup.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFileTest {

    @TempDir
    Path folder;

    @Test
    void findsAProcessUntilItEnds() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "60").start();
        ProcessFile file = new ProcessFile(folder.resolve("sleeper.pid"));

        file.write(sleeper.toHandle());
        assertThat(file.alive()).contains(sleeper.toHandle());

        sleeper.destroyForcibly().waitFor();
        assertThat(file.alive()).isEmpty();
    }

    @Test
    void doesNotTakeAnotherProcessWithTheSameIdForItsOwn() throws Exception {
        Path path = folder.resolve("old.pid");
        Files.writeString(path, ProcessHandle.current().pid() + " " + Instant.EPOCH + "\n");

        assertThat(new ProcessFile(path).alive()).isEmpty();
    }
}
