/** A claimed job: fetch, run, commit each block, publish; heartbeat, cancel, pause, resume. Knows stores, knows no mathematics. */
@NullMarked
package io.bisup.worker.job;

import org.jspecify.annotations.NullMarked;
