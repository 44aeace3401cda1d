package io.bisup.platform.database;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A row of {@code baseline}: the perplexity of a model or an artifact under one protocol. */
@Entity
@Table(name = "baseline")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class BaselineEntity {

    @Id
    String key;

    String protocol;

    @Column(name = "result")
    String result;
}
