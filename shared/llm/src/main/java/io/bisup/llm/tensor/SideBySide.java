package io.bisup.llm.tensor;

import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Independent passes at the same time, each by a share of the threads: whole passes share threads out better than the
 * operations of one pass do, the more so the less there is to compute in an operation.
 *
 * <p>At most four at a time, since each holds its intermediate tensors; on a GPU one.
 */
public final class SideBySide {
    private static final int MOST = 4;

    private final int threads;
    private final int most;

    private SideBySide(int threads, int most) {
        this.threads = threads;
        this.most = most;
    }

    /** On the runtime's device, by as many threads as the calling one may use. */
    public static SideBySide on(TensorRuntime runtime) {
        int threads = JniUtils.getNumThreads();
        return new SideBySide(threads, runtime.device().isGpu() ? 1 : Math.min(threads, MOST));
    }

    /** How many passes are computed at the same time at most: what shares out memory that is bounded. */
    public int atOnce() {
        return most;
    }

    /**
     * Does the passes 0 to {@code count - 1}, begun in this order. When one fails or {@code done} throws, no other begins, and the
     * first failure is thrown when those that have begun are over.
     *
     * @param pass runs on the calling thread or on another, where no {@link ai.djl.ndarray.NDScope} is open
     * @param done hears on the calling thread of each pass that is over
     */
    public void forEach(int count, IntConsumer pass, IntConsumer done) {
        int helpers = Math.min(count, most) - 1;
        Passes passes = new Passes(count, pass);
        if (helpers > 0) {
            shared(helpers, passes, done);
        } else {
            passes.work(() -> passes.tell(done));
        }
        passes.end();
        passes.tell(done);
    }

    private void shared(int helpers, Passes passes, IntConsumer done) {
        int share = threads / (helpers + 1);
        List<ForkJoinTask<?>> others = IntStream.range(0, helpers)
                .<ForkJoinTask<?>>mapToObj(i -> ForkJoinPool.commonPool().submit(() -> {
                    use(share);
                    passes.work(() -> {});
                }))
                .toList();
        use(share);
        passes.work(() -> passes.tell(done));
        others.forEach(ForkJoinTask::join);
        use(threads);
    }

    /** The number is the calling thread's own, and that of every thread which the library has not seen yet. */
    private static void use(int threads) {
        JniUtils.setNumThreads(threads);
    }

    /** What is to be done, what is over and not told yet, and what failed. */
    private static final class Passes {
        private final int count;
        private final IntConsumer pass;
        private final AtomicInteger next = new AtomicInteger();
        private final Queue<Integer> over = new ConcurrentLinkedQueue<>();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Passes(int count, IntConsumer pass) {
            this.count = count;
            this.pass = pass;
        }

        /** Does passes until none is left or something has failed. */
        void work(Runnable afterEach) {
            try {
                for (int i = next.getAndIncrement(); i < count && failure.get() == null; i = next.getAndIncrement()) {
                    pass.accept(i);
                    over.add(i);
                    afterEach.run();
                }
            } catch (RuntimeException | Error failed) {
                failure.compareAndSet(null, failed);
            }
        }

        void tell(IntConsumer done) {
            for (Integer i = over.poll(); i != null; i = over.poll()) {
                done.accept(i);
            }
        }

        /** Throws what failed first. */
        void end() {
            Throwable failed = failure.get();
            if (failed instanceof Error error) {
                throw error;
            }
            if (failed instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }
}
