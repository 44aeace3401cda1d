package io.bisup.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Store;
import io.bisup.platform.outage.StoreUnavailableException;
import io.bisup.platform.testing.LocalStackResource;
import io.bisup.platform.work.ClaimJournal;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.WorkFolder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker that stops while the database is away leaves its claim to the next worker of its folder, not to the lease. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(CrashPointsTest.Alone.class)
class WorkplaceTest {

    private static final String ID = "0198a1b2-0000-7000-8000-000000000001";

    @Inject
    ObjectStore objects;

    @Test
    void aClaimWhoseEndTheStoreDoesNotKnowStaysInTheJournal(@TempDir Path shared) throws IOException {
        try (WorkFolder folder = WorkFolder.take(shared)) {
            Workplace stopping = new Workplace(
                    objects,
                    new AttemptProcesses(List.of("cpu"), folder.crashes()),
                    new FileCache(objects, folder.cache(), 1 << 20, Clock.systemUTC()),
                    folder,
                    () -> true);
            folder.journal().begin(ID, 3);
            stopping.free(stopping.tell(ID, () -> {
                throw new StoreUnavailableException(Store.DATABASE, "it does not answer", null);
            }));
            assertThat(folder.journal().left()).contains(new ClaimJournal.Entry(ID, 3));
            stopping.free(stopping.tell(ID, () -> {}));
            assertThat(folder.journal().left()).isEmpty();
        }
    }
}
