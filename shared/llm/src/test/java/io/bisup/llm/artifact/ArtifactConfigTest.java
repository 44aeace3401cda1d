package io.bisup.llm.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.FailureException;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Learning.Space;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.plan.Segment;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sidecars of this and of older releases. */
class ArtifactConfigTest {

    @TempDir
    Path folder;

    private static Path stored() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ArtifactConfigTest.class.getResource("release-0.1"))
                .toURI());
    }

    /** Written by release 0.1, whose recipes had no version. */
    @Test
    void aSidecarOfAnOlderReleaseOpens() throws URISyntaxException {
        ArtifactConfig sidecar = ArtifactConfig.read(stored());
        assertThat(sidecar.prefixTokenIds()).containsExactly(1L, 2L, 3L);
        assertThat(sidecar.recipe().name()).isEqualTo("bisup-w3a3-g128");
        assertThat(sidecar.recipe().prefix()).isEqualTo(new Prefix.SystemPrompt());
        assertThat(sidecar.recipe().learning().of())
                .containsExactlyInAnyOrder(Space.RANGES, Space.TRANSFORMS, Space.LOW_RANK);
        Format codes = Format.integer(3, true, Scope.columns(128));
        assertThat(sidecar.block().weight(BlockTensor.DOWN, 0)).containsExactly(new Segment(512, codes));
        assertThat(sidecar.block().input(Site.QKV).segments()).containsExactly(new Segment(256, codes));
        assertThat(sidecar.block().input(Site.O).online()).isEmpty();
        assertThat(sidecar.block().cache().beforeRope()).isFalse();
        assertThat(sidecar.block().cache().rotation()).isNull();
    }

    @Test
    void whatIsWrittenIsRead() throws URISyntaxException {
        ArtifactConfig sidecar = ArtifactConfig.read(stored());
        sidecar.write(folder);
        assertThat(ArtifactConfig.read(folder)).isEqualTo(sidecar);
    }

    @Test
    void anotherLayoutIsRefusedWithItsVersion() throws IOException, URISyntaxException {
        String text = Files.readString(stored().resolve(ArtifactFiles.SIDECAR));
        Files.writeString(
                folder.resolve(ArtifactFiles.SIDECAR), text.replace("\"formatVersion\":1", "\"formatVersion\":9"));
        assertThatThrownBy(() -> ArtifactConfig.read(folder))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("version 9");
    }
}
