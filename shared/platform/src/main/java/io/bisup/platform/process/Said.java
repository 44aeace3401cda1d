package io.bisup.platform.process;

/** What was heard from a child process. */
public sealed interface Said {

    /** A message, without its mark. */
    record Message(String text) implements Said {}

    /** Its process ended; all messages before its end were delivered. */
    record Ended(int exitCode) implements Said {

        private static final int SIGNALLED = 128;

        /** The end in words: a signal's name, or the exit code. */
        public String how() {
            return switch (exitCode - SIGNALLED) {
                case 4 -> "by SIGILL: an instruction that this processor lacks";
                case 6 -> "by SIGABRT: native code gave up";
                case 7 -> "by SIGBUS: a mapped file was cut or its disk is full";
                case 9 -> "by SIGKILL: killed from outside, as the system does when memory is used up";
                case 11 -> "by SIGSEGV: native code touched memory that is not its own";
                case 15 -> "by SIGTERM";
                case 24 -> "by SIGXCPU: its limit of processor time passed";
                default -> "with exit code " + exitCode;
            };
        }
    }

    /** Nothing within the time waited. */
    record Nothing() implements Said {}
}
