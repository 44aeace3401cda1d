package io.bisup.cli.suite;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Starts again what died of a suite that is up: a process of its own, made by {@code ./bisup up} and ended by
 * {@code ./bisup down}. A member that dies again and again is started ever more seldom, once a minute in the
 * end, or as {@link #LONGEST_PAUSE} says.
 */
public final class Guardian {

    private static final Duration LOOK = Duration.ofSeconds(1);

    /** A member that lived so long is well: its next death is a first one. */
    private static final Duration WELL = Duration.ofMinutes(2);

    /** Key of the suite's settings: the longest pause between two starts of a member that keeps dying, as ISO 8601 says it. */
    public static final String LONGEST_PAUSE = "bisup.guardian.longest-pause";

    private final Suite suite;
    private final Duration longestPause;
    private final Map<Member, Deaths> deaths = new EnumMap<>(Member.class);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    Guardian(Suite suite, Duration longestPause) {
        this.suite = suite;
        this.longestPause = longestPause;
    }

    /** How often a member was started again lately, and when last (nanoTime). */
    private record Deaths(int number, long at) {

        Duration pause(Duration longest) {
            Duration pause = Duration.ofSeconds(1L << Math.min(number, 6));
            return pause.compareTo(longest) < 0 ? pause : longest;
        }
    }

    /**
     * Watches until it is told to stop.
     *
     * @param arguments the project's folder, the folder of the suite's state, the folder of its data
     */
    public static void main(String[] arguments) {
        SuiteFolders folders = new SuiteFolders(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
        SuiteSettings settings = folders.settings();
        Duration longestPause = Duration.parse(settings.properties().getOrDefault(LONGEST_PAUSE, "PT1M"));
        Guardian guardian = new Guardian(new Suite(folders, settings), longestPause);
        Runtime.getRuntime().addShutdownHook(new Thread(guardian::stop));
        guardian.watch();
    }

    private void watch() {
        try {
            while (!stop.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stopped.countDown();
        }
    }

    /** The member that is being started is finished first, or nobody would know its process. */
    private void stop() {
        stop.countDown();
        try {
            if (!stopped.await(1, TimeUnit.MINUTES)) {
                report("the suite's guardian does not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One round: every member that is dead is started again, the stores first. */
    void look() {
        for (Member member : Member.values()) {
            if (stop.getCount() > 0 && suite.process(member).isEmpty()) {
                revive(member);
            }
        }
    }

    private void revive(Member member) {
        long now = System.nanoTime();
        Deaths before = deaths.getOrDefault(member, new Deaths(0, now - WELL.toNanos() - 1));
        if (before.number() > 0
                && now - before.at() < before.pause(longestPause).toNanos()) {
            return;
        }
        deaths.put(member, new Deaths(now - before.at() > WELL.toNanos() ? 1 : before.number() + 1, now));
        report(member.id() + " is dead and is started again");
        try {
            suite.revive(member);
        } catch (SuiteException | UncheckedIOException e) {
            report(member.id() + " could not be started: " + e.getMessage());
        }
    }

    @SuppressWarnings("SystemOut") // standard output is its log
    private static void report(String line) {
        System.out.println(java.time.Instant.now() + " " + line);
    }
}
