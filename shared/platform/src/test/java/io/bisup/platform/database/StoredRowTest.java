package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Json;
import io.bisup.contract.RecipeReference;
import io.bisup.contract.recipe.Learning.Space;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A row that release 0.1 wrote is read and worked on. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class StoredRowTest {

    @Inject
    JobStore jobs;

    @Inject
    EntityManager entities;

    private static String stored(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(StoredRowTest.class.getResourceAsStream("release-0.1/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    @Test
    void aJobOfAnOlderReleaseOpensAndRuns() throws IOException {
        String id = jobs.submit(Given.job()).job().id();
        String recipe = stored("recipe.json");
        String spec = stored("spec.json");
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery("update job set recipe = :recipe, spec = :spec where id = :id")
                        .setParameter("recipe", recipe)
                        .setParameter("spec", spec)
                        .setParameter("id", UUID.fromString(id))
                        .executeUpdate());

        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.recipe().version()).isEqualTo(Recipe.VERSION);
        assertThat(job.recipe().precision().weights().bits()).isEqualTo(4);
        assertThat(job.recipe().learning().of())
                .containsExactlyInAnyOrder(Space.WEIGHT_RANGES, Space.CACHE_RANGES, Space.LOW_RANK);
        assertThat(job.spec().recipe()).isInstanceOf(RecipeReference.Inline.class);
        assertThat(Json.write(job.spec()))
                .as("what was sent stays as it was sent")
                .isEqualTo(spec);

        Claim claim = jobs.claim(id, "w1", Duration.ofSeconds(30)).orElseThrow();
        assertThat(claim.work().recipe()).isEqualTo(job.recipe());
    }
}
