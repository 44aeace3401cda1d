/** Who may call and how much: tenants, their keys, and the record of what was done. */
@NullMarked
package io.bisup.platform.access;

import org.jspecify.annotations.NullMarked;
