# One decoder block with fake-quantized linears and key-value cache, in one call.
#   w (14): norm1 q k v o norm2 gate up down, biases q k v, head norms q k; an empty tensor where the model has none.
#           The seven weights are those that are multiplied, already fake-quantized.
#   act (4): clip factors [groups] of the inputs of qkv, o, gate/up, down; kv (2): those of keys and values [kv heads]; empty: 1
#   a, b (7): low-rank branches of q k v o gate up down, a [out, r], b [r, in]; empty: none
#   dims: heads, kv heads; spec: bits, symmetric, group of weights; the same of activations; bits, symmetric of the cache
# x [B, T, d]; cos, sin [T, head dim / 2]; prefix keys and values [1, kv heads, P, head dim] or empty.

def qb_activation(self, x: Tensor, clip: Tensor, spec: List[int]) -> Tensor:
    return self.quant_fake(x, clip, clip, spec[3], spec[4] == 1, spec[5], False)

# One scale per head and token of x [B, kv heads, T, head dim].
def qb_cache(self, x: Tensor, clip: Tensor, spec: List[int]) -> Tensor:
    factor = clip
    if torch.numel(clip) > 0:
        factor = torch.reshape(clip, [-1, 1, 1])
    return self.quant_fake(x, factor, factor, spec[6], spec[7] == 1, 0, False)

# y = x^ W^T + (x B^T) A^T + bias  (BiSup eq. 2.3); the branch reads the unquantized input.
def qb_linear(self, x: Tensor, x_hat: Tensor, w_hat: Tensor, bias: Tensor, a: Tensor, b: Tensor, low_precision: bool) -> Tensor:
    y = self.linear(x_hat, w_hat, low_precision)
    if torch.numel(b) > 0:
        y = torch.add(y, self.linear(self.linear(x, b, low_precision), a, low_precision))
    if torch.numel(bias) > 0:
        y = torch.add(y, bias)
    return y

# All linears that read one input.
def qb_linears(self, x: Tensor, clip: Tensor, w: List[Tensor], bias: List[Tensor], a: List[Tensor], b: List[Tensor], spec: List[int], low_precision: bool) -> List[Tensor]:
    x_hat = self.qb_activation(x, clip, spec)
    out = torch.list(w)
    for i in range(len(w)):
        out[i] = self.qb_linear(x, x_hat, w[i], bias[i], a[i], b[i], low_precision)
    return out

def qb_heads(self, x: Tensor, heads: int, norm: Tensor, epsilon: float) -> Tensor:
    split = self.split_heads(x, heads)
    if torch.numel(norm) > 0:
        split = self.rms_norm(split, norm, epsilon)
    return split

def qb_context(self, prefix: Tensor, fresh: Tensor) -> Tensor:
    all = fresh
    if torch.numel(prefix) > 0:
        all = self.extend_past(prefix, fresh)
    return all

# -> output; keys, values as cached; the inputs of qkv, o, gate/up, down before quantization; queries.
def qb_forward(self, x: Tensor, w: List[Tensor], act: List[Tensor], kv: List[Tensor], a: List[Tensor], b: List[Tensor],
               cos: Tensor, sin: Tensor, prefix_k: Tensor, prefix_v: Tensor, dims: List[int], spec: List[int], epsilon: float, low_precision: bool) -> List[Tensor]:
    none = torch.new_empty(x, [0])
    h = self.rms_norm(x, w[0], epsilon)
    qkv = self.qb_linears(h, act[0], [w[1], w[2], w[3]], [w[9], w[10], w[11]], [a[0], a[1], a[2]], [b[0], b[1], b[2]], spec, low_precision)
    q = self.rotate(self.qb_heads(qkv[0], dims[0], w[12], epsilon), cos, sin)
    k = self.qb_cache(self.rotate(self.qb_heads(qkv[1], dims[1], w[13], epsilon), cos, sin), kv[0], spec)
    v = self.qb_cache(self.split_heads(qkv[2], dims[1]), kv[1], spec)
    mixed = self.attend(q, self.qb_context(prefix_k, k), self.qb_context(prefix_v, v), 2147483647, low_precision)
    o = self.qb_linears(mixed, act[1], [w[4]], [none], [a[3]], [b[3]], spec, low_precision)
    x1 = torch.add(x, o[0])
    h2 = self.rms_norm(x1, w[5], epsilon)
    gu = self.qb_linears(h2, act[2], [w[6], w[7]], [none, none], [a[4], a[5]], [b[4], b[5]], spec, low_precision)
    z = self.swiglu(gu[0], gu[1])
    down = self.qb_linears(z, act[3], [w[8]], [none], [a[6]], [b[6]], spec, low_precision)
    return [torch.add(x1, down[0]), k, v, h, mixed, h2, z, q]
