package io.bisup.demo.corpus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells one document: expands a grammar while remembering names, numbers and facts, then asks about what was told. */
final class Storyteller {
    private static final Pattern RANGE = Pattern.compile("(\\d+)\\.\\.(\\d+)");
    private static final Pattern SUM = Pattern.compile("(\\w+)([+-])(\\w+)");
    private static final List<String> TRADE_FIELDS = List.of("trade", "tool", "good", "shop", "act");
    private static final int LEAST_QUESTIONS = 2;
    private static final int MOST_QUESTIONS = 4;

    private final Grammar grammar;
    private final Chance chance;
    private final Map<String, String> bound = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    /** Answers by question; a question that came up twice has the answer told last. */
    private final Map<String, String> facts = new LinkedHashMap<>();

    Storyteller(Grammar grammar, Chance chance) {
        this.grammar = grammar;
        this.chance = chance;
    }

    /** One document from the given start rule, ending in a few questions and their answers. */
    String tell(String startRule) {
        StringBuilder out = new StringBuilder(Inflection.sentenceCase(expandRule(startRule)));
        List<String> open = new ArrayList<>(facts.keySet());
        int questions = Math.min(open.size(), chance.between(LEAST_QUESTIONS, MOST_QUESTIONS));
        for (int i = 0; i < questions; i++) {
            String question = open.remove(chance.between(0, open.size() - 1));
            String answer = facts.getOrDefault(question, "");
            out.append("\nQ: ").append(question).append("\nA: ").append(Inflection.sentenceCase(answer));
        }
        return out.toString();
    }

    private String expandRule(String name) {
        List<Alternative> alternatives = grammar.rule(name)
                .orElseThrow(() -> new IllegalArgumentException("Grammar: neither a rule nor a bound name: " + name));
        return expand(alternatives.get(chance.ranked(alternatives.size())));
    }

    private String expand(Alternative alternative) {
        StringBuilder out = new StringBuilder();
        for (Piece piece : alternative.pieces()) {
            switch (piece) {
                case Piece.Text(String text) -> out.append(text);
                case Piece.Value value -> out.append(write(value));
                case Piece.Person(String name) -> bindPerson(name);
                case Piece.Fields(String name, String rule) -> bindFields(name, expandRule(rule));
                case Piece.Fact(Alternative question, Alternative answer) ->
                    facts.put(expand(question), expand(answer));
            }
        }
        return out.toString();
    }

    private String write(Piece.Value value) {
        String text = evaluate(value);
        if (!value.name().isEmpty()) {
            bound.put(value.name(), text);
        }
        if (value.silent()) {
            return "";
        }
        return switch (value.form()) {
            case PLAIN -> text;
            case WITH_ARTICLE -> Inflection.withArticle(text);
            case PLURAL -> Inflection.plural(text);
            case DIGITS -> Integer.toString(number(value.name().isEmpty() ? value.source() : value.name()));
        };
    }

    private String evaluate(Piece.Value value) {
        Matcher range = RANGE.matcher(value.source());
        if (range.matches()) {
            return bindNumber(
                    value.name(), chance.between(Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2))));
        }
        Matcher sum = SUM.matcher(value.source());
        if (sum.matches()) {
            int sign = sum.group(2).equals("+") ? 1 : -1;
            return bindNumber(value.name(), number(sum.group(1)) + sign * number(sum.group(3)));
        }
        String known = bound.get(value.source());
        return known != null ? known : expandRule(value.source());
    }

    private String bindNumber(String name, int number) {
        numbers.put(name, number);
        return Inflection.inWords(number);
    }

    private int number(String name) {
        Integer number = numbers.get(name);
        if (number == null) {
            throw new IllegalArgumentException("Grammar: no number is bound to " + name);
        }
        return number;
    }

    private void bindPerson(String name) {
        boolean woman = chance.between(0, 1) == 0;
        bound.put(name, expandRule(woman ? "name.f" : "name.m"));
        bound.put(name + ".he", woman ? "she" : "he");
        bound.put(name + ".him", woman ? "her" : "him");
        bound.put(name + ".his", woman ? "her" : "his");
        String[] trade = expandRule("trade").split(";", -1);
        for (int i = 0; i < trade.length; i++) {
            bound.put(name + "." + TRADE_FIELDS.get(i), trade[i]);
        }
    }

    private void bindFields(String name, String entry) {
        String[] fields = entry.split(";", -1);
        for (int i = 0; i < fields.length; i++) {
            bound.put(name + "." + (i + 1), fields[i]);
        }
    }
}
