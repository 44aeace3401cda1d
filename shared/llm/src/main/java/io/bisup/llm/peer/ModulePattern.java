package io.bisup.llm.peer;

import io.bisup.llm.config.ModelConfigException;
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

    static ModulePattern of(String field, String text) {
        if (!text.startsWith(REGEX)) {
            return new ModulePattern(text, null);
        }
        if (text.length() > LONGEST) {
            throw ModelConfigException.invalid(
                    field, "an expression of " + text.length() + " characters", "shorten it");
        }
        try {
            return new ModulePattern(text, Pattern.compile(text.substring(REGEX.length())));
        } catch (PatternSyntaxException e) {
            throw ModelConfigException.invalid(
                    field, "\"" + text + "\" is no regular expression", "correct it: " + e.getDescription());
        }
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
