package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Kernels;

/**
 * A way to compute y = x Wᵀ of float32 x [tokens, in] and W [out, in], in the form in which the operands stay in memory
 * between uses.
 *
 * @param name as tables show it
 * @param prepare kernel that brings x and W into that form once: List[Tensor] from two tensors
 * @param multiply kernel that multiplies them: Tensor from List[Tensor]
 */
record ProductForm(String name, String prepare, String multiply) {
    /** The kernels of every form. */
    static final String KERNELS = """
            def as_is(self, x: Tensor, w: Tensor) -> List[Tensor]:
              return [x, w]

            def narrow(self, x: Tensor, w: Tensor) -> List[Tensor]:
              return [torch.to(x, 15), torch.to(w, 15)]

            def pack(self, x: Tensor, w: Tensor) -> List[Tensor]:
              return [x, ops.mkldnn._reorder_linear_weight(w, x.size(0))]

            def pack_narrow(self, x: Tensor, w: Tensor) -> List[Tensor]:
              return [torch.to(x, 15), ops.mkldnn._reorder_linear_weight(torch.to(w, 15), x.size(0))]

            def linear(self, operands: List[Tensor]) -> Tensor:
              x, w = operands
              return torch.linear(x, w)

            def narrow_linear(self, operands: List[Tensor]) -> Tensor:
              x, w = operands
              return torch.to(torch.linear(torch.to(x, 15), torch.to(w, 15)), 6)

            def packed_linear(self, operands: List[Tensor]) -> Tensor:
              x, w = operands
              return ops.mkldnn._linear_pointwise(x, w, None, "none", [], "")

            def packing_linear(self, operands: List[Tensor]) -> Tensor:
              x, w = operands
              packed = ops.mkldnn._reorder_linear_weight(w, x.size(0))
              return ops.mkldnn._linear_pointwise(x, packed, None, "none", [], "")

            def error(self, y: Tensor, reference: Tensor) -> Tensor:
              difference = torch.sub(torch.to(y, 7), torch.to(reference, 7))
              return torch.div(torch.linalg_vector_norm(difference), torch.linalg_vector_norm(torch.to(reference, 7)))
            """;

    /** The forms, the plain one first. */
    static ProductForm[] all() {
        return new ProductForm[] {
            new ProductForm("float32", "as_is", "linear"),
            new ProductForm("float32 by oneDNN", "as_is", "packed_linear"),
            new ProductForm("float32, packed by oneDNN once", "pack", "packed_linear"),
            new ProductForm("float32, packed by oneDNN at each use", "as_is", "packing_linear"),
            new ProductForm("bfloat16, converted at each use", "as_is", "narrow_linear"),
            new ProductForm("bfloat16, kept", "narrow", "linear"),
            new ProductForm("bfloat16, kept and packed by oneDNN", "pack_narrow", "packed_linear"),
        };
    }

    /** The arguments of the multiplying kernel. */
    NDArray[] operands(Kernels kernels, NDArray x, NDArray w) {
        return kernels.callMany(prepare, x, w);
    }
}
