/**
 * The process in which a model is opened once before it is registered, as those open it who work with it: it may abort, run out of
 * memory or never end. It knows no store and nothing of the service.
 */
@NullMarked
package io.bisup.api.trial;

import org.jspecify.annotations.NullMarked;
