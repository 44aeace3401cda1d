package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.kernel.FusedKernels;
import io.bisup.llm.transform.ChannelMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How keys or values [rows, kv heads · head size] are stored, one scale per head and token: ((Q((x − c) R)) Rᵀ + c, with a
 * constant c of each channel and a rotation R of each head, where there are any. Kept from forward to backward: (x − c) R.
 */
final class FusedCache {
    private final StageTools tools;
    private final @Nullable FusedFakeQuant quantizer;
    private final List<ChannelMap> rotation;
    private final FusedMaps maps;
    private final NDArray stored;
    private NDArray centred;
    private NDArray turned;

    /** @param rotation R, of a head's width; null for none */
    FusedCache(StageTools tools, Format format, @Nullable ChannelMap rotation) {
        this.tools = tools;
        this.quantizer = format.quantizes() ? FusedSegments.quantizer(format, false) : null;
        this.rotation = rotation == null ? List.of() : List.of(rotation);
        this.maps = new FusedMaps(tools.kernels());
        this.stored = quantizer == null ? tools.none() : buffer();
        this.centred = tools.none();
        this.turned = tools.none();
    }

    private NDArray buffer() {
        return tools.workspace()
                .buffer(tools.dimensions().rows(), tools.dimensions().keyValueWidth());
    }

    boolean quantizes() {
        return quantizer != null;
    }

    /**
     * What is stored.
     *
     * @param x left as it is; the backward pass may read it again
     * @param clip factors [kv heads]
     * @param offset c, of all channels; or empty
     * @return memory that is written anew by the next pass; x itself where nothing is quantized
     */
    NDArray forward(NDArray x, NDArray clip, NDArray offset) {
        if (quantizer == null) {
            return x;
        }
        NDArray shifted = x;
        if (offset.size() > 0) {
            shifted = centred();
            FusedOffset.subtract(FloatMatrix.of(x), offset(offset), FloatMatrix.of(shifted));
        }
        turned = maps.apply(rotation, pieces(shifted), tools.none());
        quantizer.forward(heads(turned), Clip.perRow(clip), heads(stored));
        if (rotation.isEmpty() && offset.size() == 0) {
            return stored;
        }
        FloatMatrix back = rows(maps.transpose(rotation, pieces(stored), tools.none()));
        FusedOffset.add(back, offset(offset), FloatMatrix.of(stored));
        return stored;
    }

    /**
     * The gradient of x; those of clip and offset are added to.
     *
     * @param dStored gradient of what is stored
     */
    NDArray backward(NDArray dStored, NDArray clip, NDArray dClip, NDArray dOffset) {
        if (quantizer == null) {
            return dStored;
        }
        NDArray dTurned = dStored.zerosLike();
        NDArray dRounded = maps.apply(rotation, pieces(dStored), tools.none());
        quantizer.backward(heads(turned), Clip.perRow(clip), heads(dRounded), heads(dTurned), Clip.perRow(dClip));
        NDArray dx = dTurned;
        if (!rotation.isEmpty()) {
            dx = FusedKernels.pieces(
                    tools.kernels(),
                    maps.transpose(rotation, pieces(dTurned), tools.none()),
                    tools.dimensions().keyValueWidth());
        }
        if (dOffset.size() > 0) {
            FusedKernels.addDifference(tools.kernels(), dOffset, dStored, dx);
        }
        return dx;
    }

    private NDArray centred() {
        if (centred.size() == 0) {
            centred = buffer();
        }
        return centred;
    }

    /** One row per head and token. */
    private NDArray pieces(NDArray x) {
        return rotation.isEmpty()
                ? x
                : FusedKernels.pieces(tools.kernels(), x, tools.dimensions().headSize());
    }

    private FloatMatrix heads(NDArray x) {
        return FloatMatrix.of(x, tools.dimensions().headSize());
    }

    private FloatMatrix rows(NDArray x) {
        return FloatMatrix.of(x, tools.dimensions().keyValueWidth());
    }

    private FloatMatrix offset(NDArray offset) {
        return FloatMatrix.of(offset, tools.dimensions().keyValueWidth());
    }
}
