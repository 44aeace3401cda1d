# BiSup's parameter spaces (arXiv 2405.15346: clipping, bounded smoothing, low-rank compensation) on one block of w (14), see quant_block.py.
#   start (5): smoothing factors to start from, of the qkv input [d], o input [kv heads * head dim], gate/up input [d], down input [ff]
#              and q.k [kv heads or 1, head dim / 2]; theta (5): how far to leave them. Empty: not smoothed.
#   high, low (7): clip logits of q k v o gate up down [out, groups]; low only for asymmetric formats. Empty: clip = 1.

# s = s0 * bound^tanh(theta): stays within [s0 / bound, s0 * bound] and never changes sign.
def ql_smooth(self, theta: Tensor, start: Tensor, log_bound: float) -> Tensor:
    return torch.mul(start, torch.exp(torch.mul(torch.tanh(theta), log_bound)))

def ql_clip(self, logits: List[Tensor]) -> List[Tensor]:
    factors = torch.list(logits)
    for i in range(len(logits)):
        factors[i] = torch.sigmoid(logits[i])
    return factors

def ql_scale_input(self, w: Tensor, s: Tensor) -> Tensor:
    result = w
    if torch.numel(s) > 0:
        result = torch.mul(w, s)
    return result

# Divides output channels: rows of a weight, entries of a bias or of a norm weight.
def ql_divide_output(self, w: Tensor, s: Tensor) -> Tensor:
    result = w
    if torch.numel(s) > 0 and torch.numel(w) > 0:
        if torch.dim(w) == 2:
            result = torch.div(w, torch.unsqueeze(s, -1))
        else:
            result = torch.div(w, s)
    return result

# q.k: keys / s, queries * s; equal within a rotary pair (i, i + head_dim/2), per key-value head. Qwen 3 folds into its head norms.
def ql_fold_keys(self, w: List[Tensor], s: Tensor, dims: List[int]) -> List[Tensor]:
    f = torch.list(w)
    if torch.numel(s) > 0:
        pair = torch.cat([s, s], -1)
        if torch.numel(w[13]) > 0:
            f[12] = torch.mul(w[12], torch.flatten(pair))
            f[13] = torch.div(w[13], torch.flatten(pair))
        else:
            wide = torch.flatten(torch.repeat_interleave(pair, dims[0] // dims[1], 0))
            f[1] = torch.mul(w[1], torch.unsqueeze(wide, -1))
            f[2] = self.ql_divide_output(w[2], torch.flatten(pair))
            if torch.numel(w[9]) > 0:
                f[9] = torch.mul(w[9], wide)
                f[10] = self.ql_divide_output(w[10], torch.flatten(pair))
    return f

# Values of a prefix [1, kv heads, P, head dim] on the scale of the value rows that s divides.
def ql_fold_prefix(self, values: Tensor, s: Tensor) -> Tensor:
    return torch.div(values, torch.reshape(s, [values.size(1), 1, values.size(3)]))

# s of the o input repeated over the query heads that share a key-value head.
def ql_repeat(self, s: Tensor, dims: List[int]) -> Tensor:
    result = s
    if torch.numel(s) > 0:
        per_head = torch.reshape(s, [dims[1], -1])
        result = torch.flatten(torch.repeat_interleave(per_head, dims[0] // dims[1], 0))
    return result

# The weights of the same function with smoother activations: the five folds.
def ql_fold(self, w: List[Tensor], s: List[Tensor], dims: List[int]) -> List[Tensor]:
    f = torch.list(w)
    f[0] = self.ql_divide_output(w[0], s[0])
    f[1] = self.ql_scale_input(w[1], s[0])
    f[2] = self.ql_scale_input(w[2], s[0])
    f[3] = self.ql_divide_output(self.ql_scale_input(w[3], s[0]), s[1])
    f[11] = self.ql_divide_output(w[11], s[1])
    f[4] = self.ql_scale_input(w[4], self.ql_repeat(s[1], dims))
    f[5] = self.ql_divide_output(w[5], s[2])
    f[6] = self.ql_scale_input(w[6], s[2])
    f[7] = self.ql_divide_output(self.ql_scale_input(w[7], s[2]), s[3])
    f[8] = self.ql_scale_input(w[8], s[3])
    return self.ql_fold_keys(f, s[4], dims)

def ql_smooth_fold(self, w: List[Tensor], theta: List[Tensor], start: List[Tensor], log_bound: float, dims: List[int]) -> List[Tensor]:
    s = torch.list(start)
    for i in range(5):
        s[i] = self.ql_smooth(theta[i], start[i], log_bound)
    return self.ql_fold(w, s, dims)

def ql_quantize(self, w: List[Tensor], high: List[Tensor], low: List[Tensor], spec: List[int]) -> List[Tensor]:
    index = [1, 2, 3, 4, 6, 7, 8]
    quantized = torch.list(w)
    for i in range(7):
        j = index[i]
        quantized[j] = self.quant_fake(w[j], high[i], low[i], spec[0], spec[1] == 1, spec[2], True)
    return quantized

# Folded and fake-quantized weights at the given parameters.
def ql_weights(self, w: List[Tensor], theta: List[Tensor], start: List[Tensor], log_bound: float, high: List[Tensor], low: List[Tensor], dims: List[int], spec: List[int]) -> List[Tensor]:
    low_logits = low
    if spec[1] == 1:
        low_logits = high
    folded = self.ql_smooth_fold(w, theta, start, log_bound, dims)
    return self.ql_quantize(folded, self.ql_clip(high), self.ql_clip(low_logits), spec)

# Squared error of the block's output over the target's mean square (BiSup eq. 2.4, made free of scale).
def ql_error(self, x: Tensor, target: Tensor, power: float, w_hat: List[Tensor], act: List[Tensor], kv: List[Tensor], a: List[Tensor], b: List[Tensor],
             cos: Tensor, sin: Tensor, prefix_k: Tensor, prefix_v: Tensor, dims: List[int], spec: List[int], epsilon: float, low_precision: bool) -> Tensor:
    out = self.qb_forward(x, w_hat, self.ql_clip(act), self.ql_clip(kv), a, b, cos, sin, prefix_k, prefix_v, dims, spec, epsilon, low_precision)
    return torch.div(torch.mean(torch.square(torch.sub(out[0], target))), power)

def ql_loss(self, x: Tensor, target: Tensor, power: float, w: List[Tensor], theta: List[Tensor], start: List[Tensor], log_bound: float,
            high: List[Tensor], low: List[Tensor], act: List[Tensor], kv: List[Tensor], a: List[Tensor], b: List[Tensor],
            cos: Tensor, sin: Tensor, prefix_k: Tensor, prefix_v: Tensor, dims: List[int], spec: List[int], epsilon: float, low_precision: bool) -> Tensor:
    w_hat = self.ql_weights(w, theta, start, log_bound, high, low, dims, spec)
    return self.ql_error(x, target, power, w_hat, act, kv, a, b, cos, sin, prefix_k, prefix_v, dims, spec, epsilon, low_precision)
