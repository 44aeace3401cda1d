# One decoder block with fake-quantized linears and KV cache.
#   w (14)  : norm1 q k v o norm2 gate up down, biases q k v, head norms q k; an empty tensor where the model has none
#   dims    : heads, kv heads, head dim
#   spec    : weight bits, weight symmetric, weight group, activation bits, symmetric, group, kv bits, symmetric, branch input (0 exact, 1 quantized)
# x [B, T, d]; cos, sin [T, head dim]; prefix keys and values [1, kv heads, P, head dim] or empty; mask [T, P+T] bool or empty (causal).

def qb_rms_norm(self, x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return x * torch.rsqrt(torch.mean(torch.square(x), [-1], True) + eps) * weight

def qb_rope(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.size(-1) // 2
    first = torch.slice(x, -1, 0, half)
    second = torch.slice(x, -1, half, 2 * half)
    return x * cos + torch.cat([torch.neg(second), first], -1) * sin

def qb_heads(self, x: Tensor, heads: int, head_dim: int, norm: Tensor, eps: float) -> Tensor:
    split = torch.unflatten(x, -1, [heads, head_dim])
    if torch.numel(norm) > 0:
        split = self.qb_rms_norm(split, norm, eps)
    return torch.transpose(split, 1, 2)

def qb_linear(self, x: Tensor, x_hat: Tensor, w_hat: Tensor, bias: Tensor, a: Tensor, b: Tensor) -> Tensor:
    # y = x^ W^T + bias + (x B^T) A^T  (BiSup eq. 2.3)
    y = torch.linear(x_hat, w_hat)
    if torch.numel(bias) > 0:
        y = y + bias
    if torch.numel(b) > 0:
        y = y + torch.linear(torch.linear(x, b), a)
    return y

def qb_activation(self, x: Tensor, clip: Tensor, spec: List[int]) -> Tensor:
    return self.quant_fake(x, clip, clip, spec[3], spec[4] == 1, spec[5], False)

def qb_cache(self, x: Tensor, clip: Tensor, spec: List[int]) -> Tensor:
    # x [B, kv heads, T, head dim], one scale per head and token; clip [kv heads] or empty
    factor = clip
    if torch.numel(clip) > 0:
        factor = torch.reshape(clip, [-1, 1, 1])
    return self.quant_fake(x, factor, factor, spec[6], spec[7] == 1, 0, False)

def qb_repeat(self, x: Tensor, batch: int, times: int) -> Tensor:
    # Consecutive query heads share one KV head.
    wide = torch.expand(torch.unsqueeze(x, 2), [batch, x.size(1), times, x.size(2), x.size(3)])
    return torch.reshape(wide, [batch, x.size(1) * times, x.size(2), x.size(3)])

def qb_attention(self, q: Tensor, k: Tensor, v: Tensor, prefix_k: Tensor, prefix_v: Tensor, mask: Tensor) -> Tensor:
    batch = q.size(0)
    times = q.size(1) // k.size(1)
    keys = self.qb_repeat(k, batch, times)
    values = self.qb_repeat(v, batch, times)
    if torch.numel(prefix_k) > 0:
        keys = torch.cat([self.qb_repeat(prefix_k, batch, times), keys], 2)
        values = torch.cat([self.qb_repeat(prefix_v, batch, times), values], 2)
    if torch.numel(mask) > 0:
        mixed = torch.scaled_dot_product_attention(q, keys, values, mask, 0., False)
    else:
        mixed = torch.scaled_dot_product_attention(q, keys, values, None, 0., True)
    return torch.flatten(torch.transpose(mixed, 1, 2), -2, -1)

def qb_forward(self, x: Tensor, w: List[Tensor], act_clip: List[Tensor], kv_clip: List[Tensor], a: List[Tensor], b: List[Tensor],
               cos: Tensor, sin: Tensor, prefix_k: Tensor, prefix_v: Tensor, mask: Tensor, dims: List[int], spec: List[int], eps: float) -> List[Tensor]:
    # w holds the weights as they are multiplied (already fake-quantized).
    # -> output, keys, values (as cached), the four linear inputs before quantization (qkv, o, gate/up, down), queries.
    heads, kv_heads, head_dim = dims[0], dims[1], dims[2]
    none = torch.new_empty(x, [0])
    h = self.qb_rms_norm(x, w[0], eps)
    h_hat = self.qb_activation(h, act_clip[0], spec)
    h_branch = h
    if spec[8] == 1:
        h_branch = h_hat
    q = self.qb_heads(self.qb_linear(h_branch, h_hat, w[1], w[9], a[0], b[0]), heads, head_dim, w[12], eps)
    k = self.qb_heads(self.qb_linear(h_branch, h_hat, w[2], w[10], a[1], b[1]), kv_heads, head_dim, w[13], eps)
    v = torch.transpose(torch.unflatten(self.qb_linear(h_branch, h_hat, w[3], w[11], a[2], b[2]), -1, [kv_heads, head_dim]), 1, 2)
    q = self.qb_rope(q, cos, sin)
    k = self.qb_cache(self.qb_rope(k, cos, sin), kv_clip[0], spec)
    v = self.qb_cache(v, kv_clip[1], spec)
    mixed = self.qb_attention(q, k, v, prefix_k, prefix_v, mask)
    mixed_hat = self.qb_activation(mixed, act_clip[1], spec)
    mixed_branch = mixed
    if spec[8] == 1:
        mixed_branch = mixed_hat
    x1 = x + self.qb_linear(mixed_branch, mixed_hat, w[4], none, a[3], b[3])
    h2 = self.qb_rms_norm(x1, w[5], eps)
    h2_hat = self.qb_activation(h2, act_clip[2], spec)
    h2_branch = h2
    if spec[8] == 1:
        h2_branch = h2_hat
    gate = self.qb_linear(h2_branch, h2_hat, w[6], none, a[4], b[4])
    z = torch.silu(gate) * self.qb_linear(h2_branch, h2_hat, w[7], none, a[5], b[5])
    z_hat = self.qb_activation(z, act_clip[3], spec)
    z_branch = z
    if spec[8] == 1:
        z_branch = z_hat
    y = x1 + self.qb_linear(z_branch, z_hat, w[8], none, a[6], b[6])
    return [y, k, v, h, mixed, h2, z, q]
