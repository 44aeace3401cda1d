package io.bisup.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.database.Given;
import io.bisup.platform.database.Sweeper;
import io.bisup.platform.job.Attempt;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.CommittedBlock;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process dies before and after every call to a store that a job makes on its way, and whoever does the same
 * again brings it to the same end. And whatever happens to the objects of a checkpoint, what is restored has the bytes that were
 * committed.
 */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(CrashPointsTest.Alone.class)
class CrashPointsTest {

    private static final int CORRUPTIONS = Integer.getInteger("bisup.corruptions", 50);
    private static final long SEED = Long.getLong("bisup.seed", 20_261_128);

    /** The worker of this process finds no work: nobody rings, and the test sweeps. */
    public static class Alone implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bisup.housekeeping.enabled", "false", "bisup.kafka.look-interval", "1H");
        }
    }

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    ObjectStore objects;

    @Inject
    Sweeper sweeper;

    @Inject
    EventStream events;

    @TempDir
    Path folder;

    @Test
    void whoDiesAtAnyCallIsFollowedByOneWhoFinishes() throws Exception {
        Deadly counting = new Deadly(-1, true);
        String whole = counting.run(key());
        String digest = ended(whole);
        assertThat(counting.calls).isGreaterThan(15);
        for (int call = 0; call < counting.calls; call++) {
            for (boolean before : new boolean[] {true, false}) {
                String key = key();
                try {
                    new Deadly(call, before).run(key);
                    throw new AssertionError("nothing died at call " + call);
                } catch (Died e) {
                    sweeper.sweep();
                    String id = new Deadly(-1, true).run(key);
                    assertThat(ended(id))
                            .as("dead %s call %d, %s", before ? "before" : "after", call, e.getMessage())
                            .isEqualTo(digest);
                }
            }
        }
        System.out.printf("CrashPointsTest: %d calls, each died before and after%n", counting.calls);
    }

    /** What holds of a job that has ended, whatever happened on its way. Its artifact's digest. */
    private String ended(String id) {
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(jobs.blocks(id)).extracting("block").containsExactly(0, 1, 2);
        List<JobEvent> told = events.read(id, 0, 1000);
        assertThat(told)
                .extracting(JobEvent::sequence)
                .isEqualTo(LongStream.rangeClosed(1, told.size()).boxed().toList());
        assertThat(told.stream().filter(e -> "SUCCEEDED".equals(e.data().get("state"))))
                .hasSize(1);
        assertThat(jobs.attempts(id)).extracting(Attempt::outcome).doesNotContainNull();
        assertThat(evaluations.ofJob(id)).hasSize(1);
        ArtifactManifest artifact = jobs.artifact(id).orElseThrow();
        assertThat(objects.read(ObjectKeys.manifest(id)))
                .contains(Json.write(artifact).getBytes(StandardCharsets.UTF_8));
        artifact.files().forEach(objects::get);
        return artifact.digest();
    }

    @Test
    void aCorruptedCheckpointIsNeverRestored() throws Exception {
        Random random = new Random(SEED);
        String id = jobs.submit(Given.job("{}", key())).job().id();
        Claim claim = jobs.claim(id, "w1", Duration.ofHours(1)).orElseThrow();
        Scripted script = new Scripted(jobs, evaluations, objects);
        int discarded = 0;
        for (int i = 0; i < CORRUPTIONS; i++) {
            Path made = Files.createDirectory(folder.resolve("made-" + i));
            for (int block = jobs.committedBlocks(id).size(); block < Given.BLOCKS; block++) {
                script.checkpoints(claim).commit(Scripted.shard(made, block), Given.block(block), Scripted.IDENTITY);
            }
            int block = random.nextInt(Given.BLOCKS);
            String how = corrupt(id, block, random);
            Path restored = Files.createDirectory(folder.resolve("restored-" + i));
            List<String> files = Scripted.restore(script.checkpoints(claim), restored);
            assertThat(files)
                    .as("%s of block %d, number %d of seed %d", how, block, i, SEED)
                    .hasSize(block);
            for (int kept = 0; kept < block; kept++) {
                assertThat(restored.resolve(files.get(kept))).hasSameBinaryContentAs(Scripted.shard(made, kept));
            }
            assertThat(jobs.committedBlocks(id)).hasSize(block);
            discarded++;
        }
        assertThat(events.read(id, 0, 100_000))
                .filteredOn(e -> e.type() == JobEvent.Type.CHECKPOINT_DISCARDED)
                .hasSize(discarded);
        System.out.printf("CrashPointsTest: %d corruptions, seed %d%n", CORRUPTIONS, SEED);
    }

    /** A bit is turned, the end is cut off, the object is gone, or another block's lies in its place. */
    private String corrupt(String id, int block, Random random) {
        List<CommittedBlock> blocks = jobs.committedBlocks(id);
        List<ObjectEntry> own = blocks.get(block).objects();
        ObjectEntry victim = own.get(random.nextInt(own.size()));
        byte[] bytes = objects.get(victim);
        String what = victim.name() + " of " + bytes.length + " bytes";
        return switch (random.nextInt(4)) {
            case 0 -> {
                int bit = random.nextInt(bytes.length * 8);
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                put(id, victim, bytes);
                yield "bit " + bit + " turned in " + what;
            }
            case 1 -> {
                int left = random.nextInt(bytes.length);
                put(id, victim, java.util.Arrays.copyOf(bytes, left));
                yield "cut to " + left + " of " + what;
            }
            case 2 -> {
                Set<String> kept = new HashSet<>(objects.listAttempts(id));
                kept.remove(victim.key());
                assertThat(objects.deleteAttempts(id, kept)).isEqualTo(1);
                yield "deleted " + what;
            }
            default -> {
                ObjectEntry other =
                        blocks.get((block + 1) % blocks.size()).objects().getFirst();
                put(id, victim, objects.get(other));
                yield "another block's bytes in " + what;
            }
        };
    }

    private void put(String id, ObjectEntry victim, byte[] bytes) {
        objects.put(ObjectKeys.attempt(id, 1, victim.name()), bytes);
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    /** Dies at a call of a store: the caller never hears of it. */
    private final class Deadly {

        private final int deadly;
        private final boolean before;
        private int calls;

        Deadly(int deadly, boolean before) {
            this.deadly = deadly;
            this.before = before;
        }

        String run(String key) throws IOException {
            return new Scripted(
                            mortal(JobStore.class, jobs),
                            mortal(EvaluationStore.class, evaluations),
                            mortal(ObjectStore.class, objects))
                    .run(key, Files.createTempDirectory(folder, "run"));
        }

        private <T> T mortal(Class<T> type, T store) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                        boolean dies = calls++ == deadly;
                        if (dies && before) {
                            throw new Died(method.getName());
                        }
                        try {
                            Object answer = method.invoke(store, arguments);
                            if (dies) {
                                throw new Died(method.getName());
                            }
                            return answer;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
        }
    }

    /** No exception of a store: nothing on the way may catch it. */
    private static final class Died extends Error {
        Died(String call) {
            super(call);
        }
    }
}
