/** Who calls: keys and tokens become a tenant and roles, whose limits and doings are kept. */
@NullMarked
package io.bisup.api.access;

import org.jspecify.annotations.NullMarked;
