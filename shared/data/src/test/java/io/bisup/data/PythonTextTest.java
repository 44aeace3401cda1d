package io.bisup.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected values are what CPython 3.12 prints. */
class PythonTextTest {

    @ParameterizedTest
    @CsvSource({
        "he Then WENT, He then went",
        "ßtraße, Sstraße",
        "ǆabc, ǅabc",
        "ΑΣ, Ας",
        "ﬁne Print, Fine print",
        "éCOLE, École",
        "ᾀX, ᾈx",
        "1ABC, 1abc"
    })
    void capitalizesAsPython(String text, String expected) {
        assertThat(PythonText.capitalize(text)).isEqualTo(expected);
    }

    @Test
    void stripsWhatPythonStrips() {
        String spaces =
                "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2007\u200a\u2028\u2029\u202f\u205f\u3000";

        assertThat(PythonText.strip(spaces + "a b" + spaces)).isEqualTo("a b");
        assertThat(PythonText.strip("\u200ba\ufeff")).isEqualTo("\u200ba\ufeff");
        assertThat(PythonText.stripEnd(" a ")).isEqualTo(" a");
        assertThat(PythonText.capitalize("")).isEmpty();
    }

    @Test
    void countsCodePoints() {
        assertThat(PythonText.length("a😀é")).isEqualTo(3);
    }
}
