/** The doorbell (Kafka): rings that say "look into the database", relayed from the outbox. */
@NullMarked
package io.bisup.platform.dispatch;

import org.jspecify.annotations.NullMarked;
