package io.bisup.llm.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that cannot be trusted or does not fit its model. Its message names the file, the tensor where there is
 * one, the cause and a remedy.
 */
public final class MalformedCheckpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why the checkpoint was refused. */
    public enum Code {
        /** A file is absent or cannot be read. */
        FILE_UNREADABLE,
        /** Only pickles or archives were found, which can run code when opened. */
        UNSAFE_FORMAT,
        /** Fewer than the eight bytes of the header length. */
        HEADER_TOO_SMALL,
        /** The header length is above the limit. */
        HEADER_TOO_LARGE,
        /** The header would reach past the end of the file. */
        HEADER_LENGTH_INVALID,
        /** The header is not UTF-8. */
        HEADER_NOT_UTF8,
        /** The header does not begin with an opening brace. */
        HEADER_BAD_START,
        /** The header is not one JSON object. */
        HEADER_BAD_JSON,
        /** A name occurs twice; readers differ in which they take. */
        DUPLICATE_KEY,
        /** More tensors than any real file holds. */
        TOO_MANY_TENSORS,
        /** A tensor name is empty, too long or not well-formed text. */
        NAME_INVALID,
        /** {@code __metadata__} is not an object of strings. */
        METADATA_INVALID,
        /** A tensor entry has a missing, unknown or mistyped field. */
        TENSOR_INFO_INVALID,
        /** The element type is not one of {@link DType}. */
        DTYPE_UNKNOWN,
        /** A dimension is negative, or there are too many. */
        SHAPE_INVALID,
        /** The number of bytes of the shape overflows. */
        SHAPE_OVERFLOW,
        /** Data offsets are negative, reversed or not two. */
        OFFSETS_INVALID,
        /** The offsets span more or fewer bytes than the shape and type need. */
        SIZE_MISMATCH,
        /** Two tensors share bytes. */
        OVERLAP,
        /** Bytes that belong to no tensor, before or between tensors. */
        HOLE,
        /** The data ends before the last tensor does. */
        DATA_TRUNCATED,
        /** Bytes after the last tensor. */
        TRAILING_BYTES,
        /** The shard index is not of the known form. */
        INDEX_INVALID,
        /** The shard index names a file outside the folder or not a safetensors file. */
        INDEX_PATH_REFUSED,
        /** Index and shards disagree about where a tensor is. */
        INDEX_MISMATCH,
        /** The model needs a tensor that the checkpoint lacks. */
        TENSOR_MISSING,
        /** The checkpoint holds a tensor that the model has no place for. */
        TENSOR_UNEXPECTED,
        /** A tensor has another shape than config.json implies. */
        TENSOR_WRONG_SHAPE,
        /** A tensor has a type that cannot be used where it stands. */
        TENSOR_WRONG_DTYPE,
        /** tokenizer.json is torn, of no known kind, or names an id that the model has no row for. */
        TOKENIZER_INVALID
    }

    private final Code code;
    private final String file;
    private final @Nullable String tensor;

    public MalformedCheckpointException(Code code, String file, @Nullable String tensor, String cause, String remedy) {
        super(file + (tensor == null ? "" : ", tensor " + tensor) + ": " + cause + "; " + remedy);
        this.code = code;
        this.file = file;
        this.tensor = tensor;
    }

    /** The machine-readable reason. */
    public Code code() {
        return code;
    }

    /** Name of the file at fault. */
    public String file() {
        return file;
    }

    /** Name of the tensor at fault, if the fault is in one. */
    public @Nullable String tensor() {
        return tensor;
    }
}
