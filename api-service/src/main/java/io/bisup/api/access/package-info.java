/** Callers: a key or token names a tenant and roles; limits and the audit log are kept by tenant. */
@NullMarked
package io.bisup.api.access;

import org.jspecify.annotations.NullMarked;
