package io.bisup.platform.work;

import java.io.File;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a tenant may read of an exception's message: no name of a Java class, and of a path of this machine its last part. */
final class TenantWords {

    /** An absolute path; its first group is the path, its second the name in the root that it begins with, its third its last name. */
    private static final Pattern PATH = Pattern.compile(
            "(?<![\\w/.-])(?:file:(?://)?)?(/([^\\s/'\",;:()\\[\\]{}<>|]+)(?:/([^\\s/'\",;:()\\[\\]{}<>|]+))*)");

    /** A class with its package, or one that is named as exceptions are, with the colon behind it. */
    private static final Pattern CLASS = Pattern.compile(
            "(?:\\b(?:[a-z]\\w*\\.){2,}[A-Z][\\w$.]*|\\b[A-Z][a-z]\\w*(?:Exception|Error)\\b)(?::\\s*)?");

    private TenantWords() {}

    /** The first line of the message in words for a tenant; blank where none are left. */
    static String of(String message) {
        String line = message.lines().findFirst().orElse("");
        return CLASS.matcher(PATH.matcher(line).replaceAll(TenantWords::name))
                .replaceAll("")
                .strip();
    }

    /** A JSON Pointer looks like a path: a path of this machine begins with a name that its root has. */
    private static String name(MatchResult path) {
        boolean ours = new File("/", path.group(2)).exists();
        String last = path.group(3) == null ? path.group(2) : path.group(3);
        return Matcher.quoteReplacement(ours ? last : path.group());
    }
}
