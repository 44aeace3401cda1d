package io.bisup.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteFoldersTest {

    @AfterEach
    void forget() {
        System.clearProperty("bisup.home");
        System.clearProperty("bisup.state");
    }

    @Test
    void aSuiteOfTheCheckoutLiesInIt(@TempDir Path home) {
        System.setProperty("bisup.home", home.toString());

        SuiteFolders folders = SuiteFolders.ofHome();

        assertThat(folders.run()).isEqualTo(home.resolve(".bisup/run"));
        assertThat(folders.data()).isEqualTo(home.resolve(".bisup/data"));
    }

    @Test
    void anotherSuiteLiesWhereItIsTold(@TempDir Path home, @TempDir Path state) {
        System.setProperty("bisup.home", home.toString());
        System.setProperty("bisup.state", state.resolve("x/..").toString());

        SuiteFolders folders = SuiteFolders.ofHome();

        assertThat(folders.home()).isEqualTo(home);
        assertThat(folders.run()).isEqualTo(state.resolve("run"));
        assertThat(folders.data()).isEqualTo(state.resolve("data"));
    }
}
