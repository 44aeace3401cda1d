/** Registered models and data sets: a name, and the immutable objects it stands for. */
@NullMarked
package io.bisup.platform.registry;

import org.jspecify.annotations.NullMarked;
