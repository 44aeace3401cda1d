/** Weights on disk: a strict, memory-mapped safetensors reader, its writer, and checkpoints of one or many shards. */
@NullMarked
package io.bisup.llm.checkpoint;

import org.jspecify.annotations.NullMarked;
