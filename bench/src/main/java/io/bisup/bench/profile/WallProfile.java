package io.bisup.bench.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import one.profiler.AsyncProfiler;
import one.profiler.Counter;

/**
 * Looks at the stack of the thread that opened it, native code included, at equal intervals of the wall clock: where the thread
 * waits counts like where it computes. One at a time in a process.
 */
final class WallProfile implements AutoCloseable {

    private final AsyncProfiler profiler;
    private boolean running = true;

    /**
     * Begins.
     *
     * @param milliseconds between two looks
     * @throws IllegalStateException where async-profiler has no library for this system
     */
    WallProfile(int milliseconds) throws IOException {
        this.profiler = AsyncProfiler.getInstance();
        // An empty filter lets no thread in but those that are added.
        profiler.execute("start,event=wall,interval=" + milliseconds + "ms,filter");
        profiler.addThread(Thread.currentThread());
    }

    /**
     * Ends the looking and writes a flame graph.
     *
     * @param flames HTML file
     * @param title its heading
     */
    List<Stack> stop(Path flames, String title) throws IOException {
        close();
        // Frames narrower than a thousandth of the run would make most of the file.
        profiler.execute("dump,flamegraph,minwidth=0.1,title=" + title + ",file=" + flames);
        return Stack.parse(profiler.dumpCollapsed(Counter.SAMPLES));
    }

    @Override
    public void close() {
        if (running) {
            profiler.stop();
            running = false;
        }
    }
}
