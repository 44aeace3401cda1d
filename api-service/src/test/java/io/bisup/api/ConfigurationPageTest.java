package io.bisup.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page of settings tells every setting. */
class ConfigurationPageTest {

    private static final Pattern UPPER = Pattern.compile("[A-Z]");

    static Method[] settings() {
        return ApiConfig.class.getDeclaredMethods();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void isComplete(Method setting) throws IOException {
        String page = Files.readString(Path.of("../docs/configuration.md"));
        String key = UPPER.matcher(setting.getName())
                .replaceAll((MatchResult m) -> "-" + m.group().toLowerCase(java.util.Locale.ROOT));
        assertThat(page).contains(key + "`");
    }
}
