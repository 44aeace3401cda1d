package io.bisup.systemtests.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Requests at fixed moments, whether or not those before were answered. A request's time counts from its moment: a service
 * that stands still for a second is charged for every request of that second.
 */
final class OpenLoop {

    private OpenLoop() {}

    /**
     * Sends {@code perSecond} requests a second.
     *
     * @param request is given its number, from 0; what it throws is thrown here
     */
    static Latencies run(int perSecond, Duration duration, IntConsumer request)
            throws InterruptedException, ExecutionException {
        Latencies latencies = new Latencies();
        int requests = (int) (perSecond * duration.toMillis() / 1000);
        long begin = System.nanoTime();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                int number = i;
                long at = begin + i * 1_000_000_000L / perSecond;
                sent.add(clients.submit(() -> {
                    LockSupport.parkNanos(at - System.nanoTime());
                    request.accept(number);
                    latencies.add(System.nanoTime() - at);
                }));
            }
            for (Future<?> one : sent) {
                one.get();
            }
        }
        return latencies;
    }
}
