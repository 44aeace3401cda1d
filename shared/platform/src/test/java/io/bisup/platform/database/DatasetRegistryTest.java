package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DatasetSchema;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.registry.DatasetRegistry;
import io.bisup.platform.registry.NameTakenException;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** Data sets keep what is in them, beside a document that older releases read. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class DatasetRegistryTest {

    private static final DatasetSchema PIQA = DatasetSchema.of(DatasetFormat.JSONL, "piqa");
    private static final String OLD_ROW =
            "insert into dataset (tenant, name, digest, document) values ('default', '%s',"
                    + " '%s', '{\"name\":\"%1$s\",\"format\":\"%s\",\"object\":{\"name\":\"data\",\"key\":\"datasets/x\",\"bytes\":4,"
                    + "\"sha256\":\"%2$s\"}}')";

    @Inject
    DatasetRegistry datasets;

    @Inject
    DataSource database;

    @Test
    void aNameKeepsItsSchema() {
        RegisteredDataset rows = rows("kept", DatasetFormat.JSONL, PIQA);
        assertThat(datasets.register(Tenant.DEFAULT, rows)).isEqualTo(rows);
        assertThat(datasets.register(Tenant.DEFAULT, rows)).isEqualTo(rows);
        assertThat(datasets.list(Tenant.DEFAULT)).contains(rows);
        assertThatThrownBy(() ->
                        datasets.register(Tenant.DEFAULT, rows("kept", DatasetFormat.JSONL, DatasetSchema.DOCUMENTS)))
                .isInstanceOf(NameTakenException.class)
                .hasMessageContaining("'kept' is registered with these bytes as rows of piqa, not as documents");
        assertThatThrownBy(() -> datasets.register(Tenant.DEFAULT, rows("kept", DatasetFormat.PARQUET, PIQA)))
                .isInstanceOf(NameTakenException.class)
                .hasMessageContaining("as jsonl, not as parquet");
        assertThat(datasets.find(Tenant.DEFAULT, "kept")).contains(rows);
    }

    @Test
    void whatJobsKeepOfADatasetIsWhatOlderReleasesRead() {
        RegisteredDataset rows = rows("copied", DatasetFormat.JSONL, PIQA);
        assertThat(Documents.write(rows)).doesNotContain("schema");
        assertThat(Documents.read(Documents.write(rows), RegisteredDataset.class))
                .isEqualTo(rows("copied", DatasetFormat.JSONL, null));
    }

    @Test
    void rowsOfAnOlderReleaseOpenAndTakeASchemaOnce() throws SQLException {
        RegisteredDataset old = rows("old", DatasetFormat.JSONL, null);
        execute(OLD_ROW.formatted("old", old.sha256(), "JSONL"));

        RegisteredDataset found = datasets.find(Tenant.DEFAULT, "old").orElseThrow();
        assertThat(found.format()).isEqualTo(DatasetFormat.JSONL);
        assertThat(found.schema()).isNull();
        assertThat(datasets.register(Tenant.DEFAULT, rows("old", DatasetFormat.JSONL, PIQA))
                        .schema())
                .isEqualTo(PIQA);
        assertThatThrownBy(() ->
                        datasets.register(Tenant.DEFAULT, rows("old", DatasetFormat.JSONL, DatasetSchema.DOCUMENTS)))
                .isInstanceOf(NameTakenException.class);
    }

    /** The tables of the release before, with a data set of each format in them. */
    @Test
    void theMigrationKnowsWhatRunningTextIs() throws SQLException {
        Flyway before = flyway("42");
        before.migrate();
        String digest = Given.dataset("x").sha256();
        for (DatasetFormat format : DatasetFormat.values()) {
            execute(OLD_ROW.formatted(format.id(), digest, format).replace("into dataset", "into older.dataset"));
        }

        flyway("latest").migrate();

        assertThat(schemaOf("text")).isEqualTo("{\"kind\":\"TEXT\"}");
        assertThat(schemaOf("wikitext")).isEqualTo("{\"kind\":\"TEXT\"}");
        assertThat(schemaOf("jsonl")).isNull();
        assertThat(schemaOf("parquet")).isNull();
    }

    private Flyway flyway(String target) {
        return Flyway.configure()
                .dataSource(database)
                .schemas("older")
                .target(target)
                .load();
    }

    private String schemaOf(String name) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("select schema from older.dataset where name = '" + name + "'")) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static RegisteredDataset rows(String name, DatasetFormat format, DatasetSchema schema) {
        return new RegisteredDataset(name, format, Given.entry(name + ".jsonl"), schema);
    }
}
