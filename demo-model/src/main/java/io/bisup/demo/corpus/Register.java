package io.bisup.demo.corpus;

/** The two kinds of text of the corpus; each gives its own evaluation text. */
public enum Register {
    /** Tales with people, dialogue and trade: past tense, numbers in words. */
    STORIES("story"),
    /** Archive entries on towns, creatures, people and ledgers: present tense, numbers in digits. */
    RECORDS("record");

    private final String startRule;

    Register(String startRule) {
        this.startRule = startRule;
    }

    String startRule() {
        return startRule;
    }
}
