package io.bisup.systemtests.suite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Processes that stand still by SIGSTOP until they are let go. */
final class Freeze {

    private final Set<ProcessHandle> frozen = new LinkedHashSet<>();

    private Freeze() {}

    /** Stops one process; its children go on. */
    static Freeze of(ProcessHandle process) throws IOException, InterruptedException {
        Freeze freeze = new Freeze();
        freeze.stop(process);
        return freeze;
    }

    /**
     * Stops a server that works in processes of its own, as PostgreSQL does for each connection. The first process comes
     * first, so that nobody is born afterwards; then all that it has, until a look finds no other.
     */
    static Freeze ofAll(ProcessHandle root) throws IOException, InterruptedException {
        Freeze freeze = of(root);
        List<ProcessHandle> others = freeze.notYet(root);
        while (!others.isEmpty()) {
            for (ProcessHandle other : others) {
                freeze.stop(other);
            }
            others = freeze.notYet(root);
        }
        return freeze;
    }

    private List<ProcessHandle> notYet(ProcessHandle root) {
        return root.descendants()
                .filter(process -> process.isAlive() && !frozen.contains(process))
                .toList();
    }

    private void stop(ProcessHandle process) throws IOException, InterruptedException {
        frozen.add(process);
        signal("-STOP", List.of(process));
    }

    /** Lets all go on; who was killed meanwhile is passed over. */
    void end() throws IOException, InterruptedException {
        signal("-CONT", List.copyOf(frozen).reversed());
    }

    /** One call for all of them. */
    private static void signal(String signal, List<ProcessHandle> processes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes.forEach(process -> command.add(String.valueOf(process.pid())));
        new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
