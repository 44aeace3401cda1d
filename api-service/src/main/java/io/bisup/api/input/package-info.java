/** What jobs are made of: models and data sets brought into the object store, and recipes. */
@NullMarked
package io.bisup.api.input;

import org.jspecify.annotations.NullMarked;
