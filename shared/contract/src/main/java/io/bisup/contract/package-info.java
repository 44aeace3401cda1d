/** What crosses a service border: specs, recipes, states, events, failures, manifests. */
@NullMarked
package io.bisup.contract;

import org.jspecify.annotations.NullMarked;
