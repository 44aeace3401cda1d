package io.bisup.demo.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StorytellerTest {

    @Test
    void remembersWhatItBound() {
        assertThat(tell("the {x=colour} cup is {x}")).startsWith("The red cup is red");
    }

    @Test
    void bindsInSilence() {
        assertThat(tell("{x:=colour}{x} it is")).startsWith("Red it is");
    }

    @Test
    void reckons() {
        assertThat(tell("{n=7..7} and {k=5..5} make {t=n+k} or {#t}, less {d=n-k}"))
                .startsWith("Seven and five make twelve or 12, less two");
    }

    @Test
    void asksAboutWhatWasTold() {
        assertThat(tell("it is {x=colour}. ## Which colour is it? > {x}."))
                .isEqualTo("It is red.\nQ: Which colour is it?\nA: Red.");
    }

    @Test
    void inventsPeopleWithPronounsAndATrade() {
        assertThat(tell("{new one}{one} {one.act}: {s one.good}, {one.he}")).startsWith("Mira baked: Loaves, she");
    }

    @Test
    void namesAnUnknownRule() {
        assertThatThrownBy(() -> tell("{nothing.here}")).hasMessageContaining("nothing.here");
    }

    private static String tell(String start) {
        Map<String, String> rules = Map.of(
                "start",
                start,
                "colour",
                "red",
                "name.f",
                "Mira",
                "name.m",
                "Mira",
                "trade",
                "baker;peel;loaf;oven;baked");
        Grammar grammar = new Grammar(rules.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(Alternative.parse(e.getValue())))));
        return new Storyteller(grammar, new Chance(3)).tell("start");
    }
}
