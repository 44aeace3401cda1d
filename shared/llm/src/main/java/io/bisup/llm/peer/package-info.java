/**
 * Checkpoints that other tools quantized: what their config.json says, which tensors it implies, and the weights and inputs these
 * stand for. They are opened to be evaluated, never to be quantized again.
 */
@NullMarked
package io.bisup.llm.peer;

import org.jspecify.annotations.NullMarked;
