/**
 * What crosses a service border: specs, recipes, states, events, failures, results and manifests. Pure Java; knows no
 * Quarkus, Kafka, JPA or S3.
 */
@NullMarked
package io.bisup.contract;

import org.jspecify.annotations.NullMarked;
