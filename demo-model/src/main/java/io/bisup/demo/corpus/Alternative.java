package io.bisup.demo.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One right-hand side of a grammar rule.
 *
 * @param pieces what it consists of, in order
 */
record Alternative(List<Piece> pieces) {
    private static final Pattern FACT = Pattern.compile("\\s*## (.+?) > (.+?)(?=\\s*##|\\\\n|$)");
    private static final Pattern BRACES = Pattern.compile("\\{([^{}]+)}");
    private static final Pattern VALUE = Pattern.compile("(?:(a|s) )?(#)?(?:([\\w.]+)(:)?=)?([\\w.+-]+)");

    Alternative {
        pieces = List.copyOf(pieces);
    }

    static Alternative parse(String source) {
        List<Piece> pieces = new ArrayList<>();
        Matcher fact = FACT.matcher(source);
        int end = 0;
        while (fact.find()) {
            addText(source.substring(end, fact.start()), pieces);
            pieces.add(new Piece.Fact(parseText(fact.group(1)), parseText(fact.group(2))));
            end = fact.end();
        }
        addText(source.substring(end), pieces);
        return new Alternative(pieces);
    }

    private static Alternative parseText(String source) {
        List<Piece> pieces = new ArrayList<>();
        addText(source, pieces);
        return new Alternative(pieces);
    }

    private static void addText(String source, List<Piece> pieces) {
        Matcher braces = BRACES.matcher(source);
        int end = 0;
        while (braces.find()) {
            addLiteral(source.substring(end, braces.start()), pieces);
            pieces.add(parsePiece(braces.group(1)));
            end = braces.end();
        }
        addLiteral(source.substring(end), pieces);
    }

    private static void addLiteral(String text, List<Piece> pieces) {
        if (!text.isEmpty()) {
            pieces.add(new Piece.Text(text.replace("\\n", "\n")));
        }
    }

    private static Piece parsePiece(String source) {
        if (source.startsWith("new ")) {
            return new Piece.Person(source.substring(4));
        }
        if (source.startsWith("split ")) {
            int equals = source.indexOf('=');
            return new Piece.Fields(source.substring(6, equals), source.substring(equals + 1));
        }
        Matcher value = VALUE.matcher(source);
        if (!value.matches()) {
            throw new IllegalArgumentException("Grammar: cannot read {" + source + "}");
        }
        String name = value.group(3) == null ? "" : value.group(3);
        return new Piece.Value(form(value), name, value.group(4) != null, value.group(5));
    }

    private static Piece.Form form(Matcher value) {
        if (value.group(2) != null) {
            return Piece.Form.DIGITS;
        }
        if (value.group(1) == null) {
            return Piece.Form.PLAIN;
        }
        return value.group(1).equals("a") ? Piece.Form.WITH_ARTICLE : Piece.Form.PLURAL;
    }
}
