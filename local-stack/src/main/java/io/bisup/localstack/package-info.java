/** Real PostgreSQL, Kafka and S3 servers in one process and one folder, from Maven Central, without containers. */
@NullMarked
package io.bisup.localstack;

import org.jspecify.annotations.NullMarked;
