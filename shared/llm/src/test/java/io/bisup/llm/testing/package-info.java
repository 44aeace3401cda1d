/** What the tests of this module share. */
@NullMarked
package io.bisup.llm.testing;

import org.jspecify.annotations.NullMarked;
