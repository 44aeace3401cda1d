# BiSup's parameter spaces (arXiv 2405.15346; methods: clipping, bounded smoothing, low-rank compensation) on one block.
#   theta (5): smoothing logits of qkv input [d], o input [kv heads * head dim], gate/up input [d], down input [ff],
#              and q.k [kv heads or 1, head dim / 2]; start (5): the smoothing factors they start from. Empty: not smoothed.
#   high, low (7): clip logits of q k v o gate up down [out, G]; low is used by asymmetric formats only. Empty: clip = 1.

def ql_smooth(self, theta: Tensor, start: Tensor) -> Tensor:
    # s = s0 exp(ln 4 tanh theta): bounded to [s0/4, 4 s0], never changes sign.
    return start * torch.exp(1.3862943611198906 * torch.tanh(theta))

def ql_clip(self, logits: List[Tensor]) -> List[Tensor]:
    return [torch.sigmoid(l) for l in logits]

def ql_fold_input(self, w: Tensor, s: Tensor) -> Tensor:
    if torch.numel(s) > 0:
        w = w * s
    return w

def ql_unscale(self, w: Tensor, s: Tensor) -> Tensor:
    # Divides output channels: rows of a weight, entries of a bias or a norm weight.
    if torch.numel(s) > 0 and torch.numel(w) > 0:
        if torch.dim(w) == 2:
            w = w / torch.unsqueeze(s, -1)
        else:
            w = w / s
    return w

def ql_fold_keys(self, w: List[Tensor], s: Tensor, dims: List[int]) -> List[Tensor]:
    # q.k: keys / s, queries * s; equal within a rotary pair (i, i + head_dim/2), per KV head. Qwen3 folds into its head norms.
    if torch.numel(s) > 0:
        pair = torch.cat([s, s], -1)
        if torch.numel(w[13]) > 0:
            w[12] = w[12] * torch.flatten(pair)
            w[13] = w[13] / torch.flatten(pair)
        else:
            wide = torch.flatten(torch.repeat_interleave(pair, dims[0] // dims[1], 0))
            w[1] = w[1] * torch.unsqueeze(wide, -1)
            w[2] = self.ql_unscale(w[2], torch.flatten(pair))
            if torch.numel(w[9]) > 0:
                w[9] = w[9] * wide
                w[10] = self.ql_unscale(w[10], torch.flatten(pair))
    return w

def ql_fold(self, w: List[Tensor], theta: List[Tensor], start: List[Tensor], dims: List[int]) -> List[Tensor]:
    # The weights of the same function with smoother activations.
    s = torch.list(start)
    for i in range(5):
        s[i] = self.ql_smooth(theta[i], start[i])
    f = torch.list(w)
    f[0] = self.ql_unscale(f[0], s[0])
    f[1] = self.ql_fold_input(f[1], s[0])
    f[2] = self.ql_fold_input(f[2], s[0])
    f[3] = self.ql_unscale(self.ql_fold_input(f[3], s[0]), s[1])
    f[11] = self.ql_unscale(f[11], s[1])
    if torch.numel(s[1]) > 0:
        per_head = torch.reshape(s[1], [dims[1], dims[2]])
        f[4] = f[4] * torch.flatten(torch.repeat_interleave(per_head, dims[0] // dims[1], 0))
    f[5] = self.ql_unscale(f[5], s[2])
    f[6] = self.ql_fold_input(f[6], s[2])
    f[7] = self.ql_unscale(self.ql_fold_input(f[7], s[2]), s[3])
    f[8] = self.ql_fold_input(f[8], s[3])
    return self.ql_fold_keys(f, s[4], dims)

def ql_quantize(self, w: List[Tensor], high: List[Tensor], low: List[Tensor], spec: List[int]) -> List[Tensor]:
    index = [1, 2, 3, 4, 6, 7, 8]
    quantized = torch.list(w)
    for i in range(7):
        j = index[i]
        quantized[j] = self.quant_fake(w[j], high[i], low[i], spec[0], spec[1] == 1, spec[2], True)
    return quantized

def ql_loss(self, x: Tensor, target: Tensor, power: Tensor, w: List[Tensor], theta: List[Tensor], start: List[Tensor],
            high: List[Tensor], low: List[Tensor], act: List[Tensor], kv: List[Tensor], a: List[Tensor], b: List[Tensor],
            cos: Tensor, sin: Tensor, prefix_k: Tensor, prefix_v: Tensor, mask: Tensor, dims: List[int], spec: List[int], eps: float) -> Tensor:
    # Squared error of the block output over the target's mean square (BiSup eq. 2.4, made scale free).
    folded = self.ql_fold(w, theta, start, dims)
    low_clip = low
    if spec[1] == 1:
        low_clip = high
    quantized = self.ql_quantize(folded, self.ql_clip(high), self.ql_clip(low_clip), spec)
    out = self.qb_forward(x, quantized, self.ql_clip(act), self.ql_clip(kv), a, b, cos, sin, prefix_k, prefix_v, mask, dims, spec, eps)
    return torch.mean(torch.square(out[0] - target)) / power
