package io.bisup.contract.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bisup.contract.Presets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a list says of a recipe. */
class RecipeFactsTest {

    private static final Presets PRESETS = Presets.load();

    /** Codes, a bfloat16 scale for each group, zero points of as many bits as a code, bfloat16 branches, keepers at 8 bits. */
    @ParameterizedTest
    @CsvSource({
        "rtn-w4a16-g128, 4096, 4096, 4.125",
        "rtn-asym-w4a16-g128, 4096, 4096, 4.15625",
        "rtn-w8a8, 4096, 4096, 8.00390625",
        "bisup-w3a3-g128, 4096, 4096, 3.375",
        "atom-w4a4-g128, 4096, 4096, 4.189453125",
        "rtn-w4a16-g128, 576, 576, 4.138888889",
    })
    void storedBitsOfALinear(String preset, int out, int in, double bits) {
        assertThat(StoredBits.perWeight(PRESETS.get(preset), out, in)).isCloseTo(bits, within(1e-8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rtn-w4a16-g128        | []
            rtn-search-w4a16-g128 | []
            rtn-search-w4a4-g128  | [CALIBRATION]
            rtn-w8a16kv4          | [CALIBRATION]
            gptq-w4a16-g128       | [CALIBRATION]
            quarot-w4a4           | [CALIBRATION]
            aser-w4a8             | [CALIBRATION]
            bisup-w4a4-g128       | [CALIBRATION, TRAINING, PREFIX]
            """)
    void needs(String preset, String needs) {
        assertThat(Need.of(PRESETS.get(preset))).hasToString(needs);
    }

    static Stream<String> names() {
        return PRESETS.all().stream().map(Preset::name);
    }

    /** The figure to expect, or that none is published, and where the preset differs from its paper. */
    @ParameterizedTest
    @MethodSource("names")
    void everyPresetSaysWhatToExpectAndWhereItDiffers(String name) {
        About about = PRESETS.preset(name).about();
        assertThat(about.purpose()).isNotBlank();
        assertThat(about.paper()).isNotBlank();
        assertThat(about.expect()).isNotBlank();
        assertThat(about.differs()).isNotBlank();
    }

    /** The presets that issue and documentation name are there, and each is named by its bits. */
    @Test
    void presetsAreNamedByTheirBits() {
        List<Preset> all = PRESETS.all();
        assertThat(all)
                .extracting(Preset::name)
                .contains(
                        "gptq-w4a16-g128",
                        "smoothquant-w8a8",
                        "aser-w4a8",
                        "atom-w4a4-g128",
                        "atom-w3a3-g128",
                        "quarot-w4a4",
                        "quarot-w4a4-g128",
                        "quarot-w3a3-g128",
                        "bisup-w4a4-g128",
                        "bisup-w3a3-g128",
                        "bisup-atom-w4a4-g128",
                        "bisup-atom-w3a3-g128",
                        "bisup-quarot-w4a4-g128",
                        "bisup-quarot-w3a3-g128");
        assertThat(all).allSatisfy(preset -> {
            Precision precision = preset.recipe().precision();
            Format weights = precision.weights();
            String cache = precision.cache().keys().bits() == precision.inputs().bits()
                            || precision.cache().keys().bits() == 16
                    ? ""
                    : "kv" + precision.cache().keys().bits();
            String group = weights.scope() instanceof Scope.Channels channels && cache.isEmpty()
                    ? "-g" + channels.columns()
                    : "";
            assertThat(preset.name())
                    .endsWith("-w" + weights.bits() + "a" + precision.inputs().bits() + cache + group);
        });
    }
}
