package io.bisup.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.api.ApiConfig;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The service does not start where it would be open to a network; elsewhere it serves the names that it is given. */
class LocalProfileTest {

    @ParameterizedTest
    @CsvSource({
        "true,  ,      127.0.0.1, true",
        "true,  ,      ::1,       true",
        "true,  ,      0.0.0.0,   false",
        "true,  true,  0.0.0.0,   false",
        "false, ,      0.0.0.0,   true",
        "false, false, 0.0.0.0,   false",
        "false, false, 10.0.0.1,  false",
        "false, false, 127.0.0.1, true",
    })
    void startsOnlyWhereNobodyElseComes(boolean local, String keys, String host, boolean starts) {
        Map<String, String> settings = keys == null
                ? Map.of("bisup.api.local", String.valueOf(local))
                : Map.of("bisup.api.local", String.valueOf(local), "bisup.api.keys-required", keys);
        LocalProfile profile = new LocalProfile(config(settings), host);

        if (starts) {
            assertThatCode(() -> profile.check(new StartupEvent())).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> profile.check(new StartupEvent()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(host);
        }
    }

    @Test
    void hostsAndOriginsThatAreNamed() {
        Addresses any = new Addresses(config(Map.of("bisup.api.local", "false")));
        assertThat(any.serves("10.1.2.3")).isTrue();
        assertThat(any.serves(null)).isFalse();

        Addresses named = new Addresses(config(Map.of(
                "bisup.api.local", "false",
                "bisup.api.hosts", "Quant.Example",
                "bisup.api.origins", "https://portal.example")));
        assertThat(named.serves("quant.example")).isTrue();
        assertThat(named.serves("localhost")).isFalse();
        assertThat(named.trusts("https://portal.example", "quant.example")).isTrue();
        assertThat(named.trusts("https://quant.example", "quant.example")).isTrue();
        assertThat(named.trusts("https://portal.example.evil", "quant.example")).isFalse();
        assertThat(named.trusts("null", "quant.example")).isFalse();
    }

    private static ApiConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(ApiConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withDefaultValues(settings)
                .addDefaultInterceptors()
                .build()
                .getConfigMapping(ApiConfig.class);
    }
}
