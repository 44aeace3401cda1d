package io.bisup.demo.corpus;

/** One piece of a grammar alternative. */
sealed interface Piece {
    /** Text written as it stands. */
    record Text(String text) implements Piece {}

    /**
     * A value to work out: a bound name, a rule, a range {@code 2..9} or a sum {@code n+k}.
     *
     * @param form how the value is written
     * @param name the name the value is bound to, empty for none
     * @param silent whether the value is only bound and not written
     * @param source the expression
     */
    record Value(Form form, String name, boolean silent, String source) implements Piece {}

    /** A person to invent and bind under {@code name}, with trade, tool, goods, workplace and pronouns. */
    record Person(String name) implements Piece {}

    /** An entry of a rule whose fields, divided by ';', are bound as {@code name.1}, {@code name.2} and so on. */
    record Fields(String name, String rule) implements Piece {}

    /** Something told that may be asked at the end of the document. */
    record Fact(Alternative question, Alternative answer) implements Piece {}

    /** How a value is written. */
    enum Form {
        PLAIN,
        WITH_ARTICLE,
        PLURAL,
        DIGITS
    }
}
