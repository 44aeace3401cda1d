package io.bisup.demo.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InflectionTest {

    @ParameterizedTest
    @CsvSource({
        "oven, an oven",
        "jug, a jug",
        "honest man, an honest man",
        "one-eyed cat, a one-eyed cat",
        "useful pan, a useful pan",
        "uneasy hen, an uneasy hen",
    })
    void choosesTheArticle(String phrase, String expected) {
        assertThat(Inflection.withArticle(phrase)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "jug, jugs",
        "brush, brushes",
        "loaf, loaves",
        "pot of honey, pots of honey",
        "story, stories",
        "key, keys"
    })
    void formsThePlural(String singular, String plural) {
        assertThat(Inflection.plural(singular)).isEqualTo(plural);
    }

    @ParameterizedTest
    @CsvSource({"0, no", "7, seven", "13, thirteen", "20, twenty", "99, ninety-nine", "100, 100"})
    void writesNumbers(int number, String words) {
        assertThat(Inflection.inWords(number)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "it rained. she left. | It rained. She left.",
                "\"go,\" he said. \"now!\" he cried. | \"Go,\" he said. \"Now!\" he cried.",
                "is it? yes. | Is it? Yes."
            })
    void startsSentencesWithACapital(String text, String expected) {
        assertThat(Inflection.sentenceCase(text)).isEqualTo(expected);
    }
}
