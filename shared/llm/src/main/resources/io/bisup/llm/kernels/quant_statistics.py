# What calibration reads of activations and weights.

# Largest magnitude of each channel so far. x [..., C], running [C].
def qs_absmax(self, running: Tensor, x: Tensor) -> Tensor:
    return torch.maximum(running, torch.amax(torch.abs(torch.flatten(x, 0, -2)), [0]))

# Adds x x^T, summed over tokens, to running [C, C] in place.
def qs_add_gram(self, running: Tensor, x: Tensor) -> Tensor:
    flat = torch.flatten(x, 0, -2)
    return torch.addmm_(running, torch.t(flat), flat)

# The gram of x / s.
def qs_smoothed_gram(self, gram: Tensor, s: Tensor, shared: bool, dims: List[int]) -> Tensor:
    result = gram
    if torch.numel(s) > 0:
        factor = s
        if shared:
            factor = self.ql_repeat(s, dims)
        result = torch.div(torch.div(gram, factor), torch.unsqueeze(factor, -1))
    return result

# Largest magnitude of each input channel over several weights [out, C].
def qs_column_absmax(self, w: List[Tensor]) -> Tensor:
    return torch.amax(torch.abs(torch.cat(w, 0)), [0])

# The largest over the query heads that share a key-value head: [heads * head dim] -> [kv heads * head dim].
def qs_shared_absmax(self, x: Tensor, dims: List[int]) -> Tensor:
    return torch.flatten(torch.amax(torch.reshape(x, [dims[1], dims[0] // dims[1], -1]), [1]))

# SmoothQuant (arXiv 2211.10438, eq. 4): s = max|X|^alpha / max|W|^(1-alpha).
def qs_smooth_start(self, activation: Tensor, weight: Tensor, alpha: float) -> Tensor:
    s = torch.div(torch.pow(torch.clamp(activation, 1e-5), alpha), torch.pow(torch.clamp(weight, 1e-5), 1. - alpha))
    return torch.clamp(s, 1e-5)

# The output error of linears, x W^T - Q(x; c) W^^T, for each clip factor c of their input: [candidates].
def qs_clip_errors(self, x: Tensor, w: List[Tensor], w_hat: List[Tensor], candidates: List[float], spec: List[int]) -> Tensor:
    wide = torch.cat(w, 0)
    wide_hat = torch.cat(w_hat, 0)
    exact = torch.linear(x, wide)
    errors = torch.zeros([len(candidates)], dtype=6, device=x.device)
    for i in range(len(candidates)):
        clip = torch.full([1], candidates[i], dtype=6, device=x.device)
        error = torch.sub(torch.linear(self.qb_activation(x, clip, spec), wide_hat), exact)
        torch.copy_(torch.select(errors, 0, i), torch.sum(torch.square(error)))
    return errors

# The clip factor with the least squared error of each head of keys or values [1, kv heads, T, head dim]: [kv heads].
def qs_cache_clip(self, seen: List[Tensor], candidates: List[float], bits: int, symmetric: bool) -> Tensor:
    x = torch.cat(seen, 2)
    best = torch.full([x.size(1)], float('inf'), dtype=6, device=x.device)
    clip = torch.ones_like(best)
    for c in candidates:
        factor = torch.full([1], c, dtype=6, device=x.device)
        error = torch.sum(torch.square(torch.sub(self.quant_fake(x, factor, factor, bits, symmetric, 0, False), x)), [0, 2, 3])
        better = torch.lt(error, best)
        best = torch.where(better, error, best)
        clip = torch.where(better, torch.full_like(clip, c), clip)
    return clip

# The logit of a clip factor, of at most `most`.
def ql_logit(self, factor: Tensor, most: float) -> Tensor:
    return torch.clamp(torch.logit(factor, 1e-6), max=most)
