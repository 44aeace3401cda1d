package io.bisup.demo.corpus;

import java.util.ArrayList;
import java.util.List;

/** Makes the documents of a split and register; document {@code i} depends on its split, register and {@code i} alone. */
public final class DocumentGenerator {
    private static final long SEED = 20_261_122L;
    private static final long SPLIT_STRIDE = 1L << 40;
    private static final long REGISTER_STRIDE = 1L << 32;

    private final Grammar grammar =
            Grammar.load("words.grammar", "prose.grammar", "stories.grammar", "records.grammar");
    private final String systemPrompt;

    public DocumentGenerator(String systemPrompt) {
        this.systemPrompt = systemPrompt;
    }

    /** Documents in order until they hold at least {@code characters} characters together. */
    public List<String> documents(Split split, Register register, int characters) {
        List<String> documents = new ArrayList<>();
        long total = 0;
        while (total < characters) {
            String told =
                    new Storyteller(grammar, chance(split, register, documents.size())).tell(register.startRule());
            String document = systemPrompt + "\n\n" + told;
            documents.add(document);
            total += document.length();
        }
        return documents;
    }

    /** The information in nats of the choices behind the first {@code count} documents. */
    public double nats(Split split, Register register, int count) {
        double nats = 0;
        for (int i = 0; i < count; i++) {
            Chance chance = chance(split, register, i);
            new Storyteller(grammar, chance).tell(register.startRule());
            nats += chance.nats();
        }
        return nats;
    }

    /** The order of the constants is part of what the corpus is. */
    @SuppressWarnings("EnumOrdinal")
    private static Chance chance(Split split, Register register, int index) {
        return new Chance(SEED + split.ordinal() * SPLIT_STRIDE + register.ordinal() * REGISTER_STRIDE + index);
    }
}
