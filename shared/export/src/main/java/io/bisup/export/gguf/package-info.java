/** llama.cpp's files (formats §9). */
@NullMarked
package io.bisup.export.gguf;

import org.jspecify.annotations.NullMarked;
