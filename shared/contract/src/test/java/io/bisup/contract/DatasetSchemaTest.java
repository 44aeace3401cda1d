package io.bisup.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DatasetSchemaTest {

    @Test
    void aTaskOrElseTheFormatSaysWhatABodyIs() {
        assertThat(DatasetSchema.of(DatasetFormat.WIKITEXT, null)).isEqualTo(DatasetSchema.TEXT);
        assertThat(DatasetSchema.of(DatasetFormat.PARQUET, null)).isEqualTo(DatasetSchema.DOCUMENTS);
        assertThat(DatasetSchema.of(DatasetFormat.JSONL, "piqa").words()).isEqualTo("rows of piqa");
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        DatasetSchema rows = DatasetSchema.of(DatasetFormat.JSONL, "arc_easy");
        assertThat(Json.write(rows)).isEqualTo("{\"kind\":\"TASK\",\"task\":\"arc_easy\"}");
        assertThat(Json.read(Json.write(rows), DatasetSchema.class)).isEqualTo(rows);
        assertThat(Json.write(DatasetSchema.TEXT)).isEqualTo("{\"kind\":\"TEXT\"}");
    }

    @Test
    void onlyRowsOfATaskNameOne() {
        assertThatThrownBy(() -> new DatasetSchema(DatasetSchema.Kind.TASK, null))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("task: is missing");
        assertThatThrownBy(() -> new DatasetSchema(DatasetSchema.Kind.DOCUMENTS, "piqa"))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("belongs to kind TASK");
    }
}
