/** What services that work on claimed jobs share: a heartbeat, and files fetched from the object store. */
@NullMarked
package io.bisup.platform.work;

import org.jspecify.annotations.NullMarked;
