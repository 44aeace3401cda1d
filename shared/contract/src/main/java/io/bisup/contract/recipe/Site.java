package io.bisup.contract.recipe;

/** The places of a block where a transform may act: the inputs of its linears, and the product of queries and keys. */
public enum Site {
    /** The normalised hidden state read by q, k and v. */
    QKV,
    /** The heads' outputs read by o. */
    O,
    /** The normalised hidden state read by gate and up. */
    GATE_UP,
    /** The gated activation read by down. */
    DOWN,
    /** Queries and keys of each head. */
    QUERY_KEY
}
