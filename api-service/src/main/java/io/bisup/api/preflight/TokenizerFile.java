package io.bisup.api.preflight;

import io.bisup.llm.checkpoint.TokenizerDocument;

/** Whether a model's tokenizer.json is whole; see {@link TokenizerDocument}. */
final class TokenizerFile {

    private TokenizerFile() {}

    /**
     * @param rows of the model's embedding
     * @throws ModelRefusedException when the file is too long to be read
     * @throws io.bisup.llm.checkpoint.MalformedCheckpointException when it is torn, of no known kind, or names an id without a row
     */
    static void check(ModelFiles files, int rows) {
        long size = files.size(TokenizerDocument.FILE);
        if (size > TokenizerDocument.MAX_BYTES) {
            throw ModelInspector.damaged(TokenizerDocument.FILE + ": it has " + size + " bytes, more than the "
                    + TokenizerDocument.MAX_BYTES + " one may have");
        }
        TokenizerDocument.check(files.range(TokenizerDocument.FILE, 0, (int) size), rows);
    }
}
