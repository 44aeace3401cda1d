package io.bisup.data;

import java.util.Locale;

/** Python's {@code str} methods where Java's differ. */
public final class PythonText {

    private PythonText() {}

    /** Whether {@code str.strip()} removes it; Java's {@code strip} leaves the last four out. */
    public static boolean isSpace(int c) {
        return Character.isWhitespace(c) || c == 0x85 || c == 0xa0 || c == 0x2007 || c == 0x202f;
    }

    /** {@code text.strip()}. */
    public static String strip(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return stripEnd(text.substring(start));
    }

    /** {@code text.rstrip()}. */
    public static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** {@code text.capitalize()}: the first character in title case, every other one in lower case. */
    public static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        // In the context of the whole text: a sigma after the first character may be final.
        String lower = text.toLowerCase(Locale.ROOT);
        int skipped = Character.toString(first).toLowerCase(Locale.ROOT).length();
        return title(first) + lower.substring(skipped);
    }

    /** Title case of one code point; where it has several characters, all but the first are in lower case. */
    private static String title(int codePoint) {
        String upper = Character.toString(codePoint).toUpperCase(Locale.ROOT);
        if (Character.toTitleCase(codePoint) != codePoint || upper.codePointCount(0, upper.length()) == 1) {
            return Character.toString(Character.toTitleCase(codePoint));
        }
        int first = Character.charCount(upper.codePointAt(0));
        return upper.substring(0, first) + upper.substring(first).toLowerCase(Locale.ROOT);
    }

    /** {@code len(text)}: Unicode code points. */
    public static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
