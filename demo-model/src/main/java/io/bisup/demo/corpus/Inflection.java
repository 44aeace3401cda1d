package io.bisup.demo.corpus;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** English word forms: articles, plurals, number words, capitals at the start of a sentence. */
final class Inflection {
    private static final List<String> SMALL = List.of(
            "no",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen");
    private static final List<String> TENS =
            List.of("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety");
    private static final Map<String, String> IRREGULAR = Map.of(
            "loaf",
            "loaves",
            "trout",
            "trout",
            "knife",
            "knives",
            "thief",
            "thieves",
            "washerwoman",
            "washerwomen",
            "goose",
            "geese",
            "ox",
            "oxen",
            "child",
            "children",
            "tooth",
            "teeth",
            "leaf",
            "leaves");
    private static final Pattern SENTENCE_START = Pattern.compile("(^|\\n|: |[.?!] |[.]\" )(\"?)(\\p{Ll})");

    private Inflection() {}

    /** "an oven", "a honey pot", "an honest man". */
    static String withArticle(String phrase) {
        boolean silentH = phrase.startsWith("honest") || phrase.startsWith("hour");
        boolean vowel = "aeio".indexOf(Character.toLowerCase(phrase.charAt(0))) >= 0;
        boolean spokenW = phrase.startsWith("one");
        boolean shortU = phrase.startsWith("un") || phrase.startsWith("up");
        return (silentH || (vowel && !spokenW) || shortU ? "an " : "a ") + phrase;
    }

    /** The plural of a noun phrase; in "pot of honey" the first noun changes. */
    static String plural(String phrase) {
        int of = phrase.indexOf(" of ");
        return of < 0 ? pluralWord(phrase) : pluralWord(phrase.substring(0, of)) + phrase.substring(of);
    }

    private static String pluralWord(String word) {
        String irregular = IRREGULAR.get(word);
        if (irregular != null) {
            return irregular;
        }
        if (word.matches(".*(s|x|ch|sh)")) {
            return word + "es";
        }
        return word.matches(".*[^aeiou]y") ? word.substring(0, word.length() - 1) + "ies" : word + "s";
    }

    /** A whole number below a hundred in words, larger ones in digits. */
    static String inWords(int number) {
        if (number < 0 || number >= 100) {
            return Integer.toString(number);
        }
        if (number < SMALL.size()) {
            return SMALL.get(number);
        }
        String tens = TENS.get(number / 10);
        return number % 10 == 0 ? tens : tens + "-" + SMALL.get(number % 10);
    }

    /** Capitals for the first letter of the text, of each line and of each sentence, also inside quotation marks. */
    static String sentenceCase(String text) {
        Matcher start = SENTENCE_START.matcher(text);
        return start.replaceAll(found -> Matcher.quoteReplacement(
                found.group(1) + found.group(2) + found.group(3).toUpperCase(Locale.ROOT)));
    }
}
