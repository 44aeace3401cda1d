/** The stores in PostgreSQL: entities, and transactions over them. Only the database's clock counts. */
@NullMarked
package io.bisup.platform.database;

import org.jspecify.annotations.NullMarked;
