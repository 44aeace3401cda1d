package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.ExpectedTensor;
import java.util.SequencedMap;

/** A way to store the weight [rows, columns] of a module in tensors whose names are the module's with a suffix. */
sealed interface PackedLayout permits PackQuantized, IntQuantized, GptqLayout, AwqLayout {

    /** The tensors, by suffix. */
    SequencedMap<String, ExpectedTensor> tensors(PeerModule module);

    /**
     * The weight that the tensors hold; it reads from them until their file is closed.
     *
     * @param tensors the module's, by the suffixes of {@link #tensors}
     * @throws io.bisup.llm.checkpoint.MalformedCheckpointException naming a tensor whose content is impossible
     */
    PackedWeight open(PeerModule module, ModuleTensors tensors);
}
