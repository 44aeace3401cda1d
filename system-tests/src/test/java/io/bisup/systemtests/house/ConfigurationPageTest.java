package io.bisup.systemtests.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.systemtests.Project;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Law 10: every key that a service reads is on the configuration page. */
class ConfigurationPageTest {

    private static final Pattern PREFIX = Pattern.compile("@ConfigMapping\\(prefix = \"(.+?)\"\\)");
    /** An abstract method of a mapping: a type, a name, no parameters, no body. */
    private static final Pattern KEY = Pattern.compile("(?m)^    [\\w<>.]+ (\\w+)\\(\\);$");

    @Test
    void everyKeyIsOnThePage() {
        String page = Project.read(Project.home().resolve("docs/configuration.md"));
        List<String> mappings = Project.sources().stream()
                .filter(f -> f.toString().contains("/src/main/"))
                .map(Project::read)
                .filter(source -> PREFIX.matcher(source).find())
                .toList();
        assertThat(mappings).as("configuration mappings").isNotEmpty();

        for (String mapping : mappings) {
            String prefix =
                    PREFIX.matcher(mapping).results().findFirst().orElseThrow().group(1);
            KEY.matcher(mapping).results().forEach(m -> {
                String key = kebab(m.group(1));
                assertThat(page).as(prefix + "." + key).containsAnyOf("`" + prefix + "." + key + "`", "`." + key + "`");
            });
        }
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
