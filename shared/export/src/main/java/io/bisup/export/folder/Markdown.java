package io.bisup.export.folder;

import java.util.regex.Pattern;

/** Text that others chose, so that Markdown shows it and does nothing else with it. */
final class Markdown {

    private static final Pattern SPECIAL = Pattern.compile("[\\\\`*_{}\\[\\]<>()#|~&!]");
    private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]+");

    private Markdown() {}

    /** One line of plain text: what Markdown or HTML would read as a sign of its own is escaped. */
    static String text(String given) {
        return SPECIAL.matcher(BREAKS.matcher(given).replaceAll(" ").strip()).replaceAll("\\\\$0");
    }
}
