package io.bisup.demo.token;

import java.nio.charset.StandardCharsets;

/**
 * The printable stand-in for each byte that byte-level vocabularies are written in (as GPT-2's): printable Latin-1
 * characters stand for themselves, the other bytes for the characters from U+0100 on.
 */
final class ByteAlphabet {
    static final int SIZE = 256;

    private static final char[] CHARACTERS = characters();

    private ByteAlphabet() {}

    static char of(int unsignedByte) {
        return CHARACTERS[unsignedByte];
    }

    /** The UTF-8 bytes of a text, each as a number from 0 to 255. */
    static int[] bytes(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int[] bytes = new int[utf8.length];
        for (int i = 0; i < utf8.length; i++) {
            bytes[i] = Byte.toUnsignedInt(utf8[i]);
        }
        return bytes;
    }

    private static char[] characters() {
        char[] characters = new char[SIZE];
        char standIn = 0x100;
        for (int b = 0; b < SIZE; b++) {
            characters[b] = isPrintable(b) ? (char) b : standIn++;
        }
        return characters;
    }

    private static boolean isPrintable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
    }
}
