package io.bisup.llm.tensor;

/** A kernel refused its arguments or failed; the message names the kernel and the shapes it was given. */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
