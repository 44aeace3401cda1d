package io.bisup.api.trial;

import io.bisup.platform.process.ChildMain;
import java.nio.file.Path;

/** The main class of a trial's process. */
public final class TrialMain {

    private TrialMain() {}

    /**
     * Tries the model of a folder and tells what came of it.
     *
     * @param arguments the folder
     */
    @SuppressWarnings("SystemOut") // standard error is the log of this process
    public static void main(String[] arguments) {
        // Or DJL asks the cloud's metadata address for the kind of machine.
        System.setProperty("ai.djl.offline", "true");
        ChildMain parent = ChildMain.open();
        try {
            TrialMessage answer = new Trial(Path.of(arguments[0]), said -> parent.say(said.line())).run();
            parent.say(answer.line());
            System.exit(0);
        } catch (Throwable e) {
            e.printStackTrace(System.err);
            System.exit(1);
        }
    }
}
