package io.bisup.llm.peer;

import io.bisup.llm.config.ModelConfigException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A target or exception of compressed-tensors: a module's name, the name of its class, or {@code re:} and an expression that the
 * beginning of its name matches.
 *
 * @param text as written
 * @param expression null for a name
 */
record ModulePattern(String text, @Nullable Pattern expression) {
    private static final String REGEX = "re:";
    private static final int LONGEST = 512;
    private static final int STEPS = 20_000;
    private static final int MOST_REPEATS = 1_000;
    private static final Pattern BRACES = Pattern.compile("\\{([^}]*)");
    private static final Pattern COUNT = Pattern.compile("(\\d{1,4})(?:,(\\d{0,4}))?");

    static ModulePattern of(String field, String text) {
        if (!text.startsWith(REGEX)) {
            return new ModulePattern(text, null);
        }
        if (text.length() > LONGEST) {
            throw ModelConfigException.invalid(
                    field, "an expression of " + text.length() + " characters", "shorten it");
        }
        requireFewRepeats(field, text);
        try {
            return new ModulePattern(text, Pattern.compile(text.substring(REGEX.length())));
        } catch (PatternSyntaxException e) {
            throw ModelConfigException.invalid(
                    field, "\"" + text + "\" is no regular expression", "correct it: " + e.getDescription());
        }
    }

    /**
     * What is counted may match nothing, and then the name is not read however often it is repeated: {@code ((){9999}){9999}}
     * would be counted out to its end.
     */
    private static void requireFewRepeats(String field, String text) {
        long repeats = 1;
        for (MatchResult braces : BRACES.matcher(text).results().toList()) {
            String inside = braces.group(1);
            if (inside.isEmpty() || !Character.isDigit(inside.charAt(0))) {
                continue;
            }
            Matcher count = COUNT.matcher(inside);
            repeats = count.matches()
                    ? repeats * Math.max(number(count.group(1)), number(count.group(2)))
                    : Long.MAX_VALUE;
            if (repeats > MOST_REPEATS) {
                throw ModelConfigException.invalid(
                        field,
                        "\"" + text + "\" repeats too often",
                        "write counts whose product is at most " + MOST_REPEATS);
            }
        }
    }

    private static int number(@Nullable String digits) {
        return digits == null || digits.isEmpty() ? 1 : Math.max(1, Integer.parseInt(digits));
    }

    boolean matchesName(PeerModule module) {
        return expression == null
                ? text.equals(module.name())
                : expression.matcher(new Steps(module.name(), text)).lookingAt();
    }

    boolean matchesClass(PeerModule module) {
        return text.equals(module.className());
    }

    boolean matches(PeerModule module) {
        return matchesName(module) || matchesClass(module);
    }

    /** Order of precedence: names before expressions, each in the order of characters. */
    boolean isExpression() {
        return expression != null;
    }

    /** A name that refuses to be read for ever: an expression of a stranger may take exponential time. */
    private static final class Steps implements CharSequence {
        private final String name;
        private final String pattern;
        private int left = STEPS;

        Steps(String name, String pattern) {
            this.name = name;
            this.pattern = pattern;
        }

        @Override
        public int length() {
            return name.length();
        }

        @Override
        public char charAt(int index) {
            if (left-- == 0) {
                throw ModelConfigException.invalid(
                        "quantization_config",
                        "the expression \"" + pattern + "\" takes too long to match " + name,
                        "use a simpler one");
            }
            return name.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return name.substring(start, end);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
