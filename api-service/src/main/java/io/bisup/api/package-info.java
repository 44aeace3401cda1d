/** REST over the stores, pre-flight, outbox relay, sweeper and dashboard. */
@NullMarked
package io.bisup.api;

import org.jspecify.annotations.NullMarked;
