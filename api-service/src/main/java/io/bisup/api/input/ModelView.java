package io.bisup.api.input;

import io.bisup.platform.registry.RegisteredModel;
import java.util.List;

/**
 * A registered model.
 *
 * @param name what specs call it
 * @param digest digest of its files
 * @param architecture Hugging Face's name of it
 * @param blocks decoder blocks
 * @param parameters number of parameters
 * @param bytes size of all files
 * @param files what it consists of
 */
public record ModelView(
        String name,
        String digest,
        String architecture,
        int blocks,
        long parameters,
        long bytes,
        List<FileView> files) {

    static ModelView of(RegisteredModel model) {
        return new ModelView(
                model.name(),
                model.digest(),
                model.architecture(),
                model.blocks(),
                model.parameters(),
                model.bytes(),
                FileView.of(model.files()));
    }
}
