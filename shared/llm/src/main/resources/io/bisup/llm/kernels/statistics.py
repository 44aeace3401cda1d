# What calibration reads of activations and weights.

# Largest magnitude of each channel so far. x [..., C], running [C].
def statistics_absmax(self, running: Tensor, x: Tensor) -> Tensor:
    return torch.maximum(running, torch.amax(torch.abs(torch.flatten(x, 0, -2)), [0]))

# Adds the sum of x^2 over tokens to running [C] in place.
def statistics_add_squares(self, running: Tensor, x: Tensor) -> Tensor:
    return torch.add_(running, torch.sum(torch.square(torch.flatten(x, 0, -2)), [0]))

def statistics_diagonal(self, x: Tensor) -> Tensor:
    return torch.contiguous(torch.diagonal(x))

def statistics_transpose(self, x: Tensor) -> Tensor:
    return torch.contiguous(torch.t(x))

# Adds x x^T, summed over tokens, to the lower triangle of running [C, C] in place, eight rows of blocks of which each ends at the
# diagonal: 9/16 of the products of the whole. What is above the diagonal outside those blocks is left as it is.
def statistics_add_moments(self, running: Tensor, x: Tensor) -> Tensor:
    flat = torch.flatten(x, 0, -2)
    width = flat.size(1)
    rows = max(128, (width + 7) // 8)
    for i in range((width + rows - 1) // rows):
        first = i * rows
        count = min(rows, width - first)
        part = torch.narrow(torch.narrow(running, 0, first, count), 1, 0, first + count)
        kept = torch.addmm_(part, torch.t(torch.narrow(flat, 1, first, count)), torch.narrow(flat, 1, 0, first + count))
    return running

# Copies the lower triangle of x [C, C] above the diagonal, in place.
def statistics_mirror(self, x: Tensor) -> Tensor:
    width = x.size(0)
    for first in range(0, width, 128):
        count = min(128, width - first)
        block = torch.narrow(torch.narrow(x, 0, first, count), 1, first, count)
        kept = torch.copy_(block, torch.add(torch.tril(block), torch.t(torch.tril(block, -1))))
        end = first + count
        below = torch.narrow(torch.narrow(x, 0, end, width - end), 1, first, count)
        kept = torch.copy_(torch.narrow(torch.narrow(x, 0, first, count), 1, end, width - end), torch.t(below))
    return x

# Adds keys [B, G, T, D], summed over batch and tokens, to running [1, G, 1, D] in place.
def statistics_add_keys(self, running: Tensor, x: Tensor) -> Tensor:
    return torch.add_(running, torch.sum(x, [0, 2], True))

# Largest magnitude of each input channel over several weights [out, C].
def statistics_column_absmax(self, w: List[Tensor]) -> Tensor:
    return torch.amax(torch.abs(torch.cat(w, 0)), [0])

# The largest over the query heads that share a key-value head: [H * D] -> [G * D].
def statistics_shared_absmax(self, x: Tensor, heads: int, kv_heads: int) -> Tensor:
    return torch.flatten(torch.amax(torch.reshape(x, [kv_heads, heads // kv_heads, -1]), [1]))

# SmoothQuant (arXiv 2211.10438, eq. 4): s = max|X|^alpha / max|W|^(1-alpha).
def statistics_smooth_start(self, activation: Tensor, weight: Tensor, alpha: float) -> Tensor:
    s = torch.div(torch.pow(torch.clamp(activation, 1e-5), alpha), torch.pow(torch.clamp(weight, 1e-5), 1. - alpha))
    return torch.clamp(s, 1e-5)

# x W^T of linears that read one input, side by side: [..., outputs of all].
def statistics_outputs(self, x: Tensor, w: List[Tensor]) -> Tensor:
    return torch.cat([torch.linear(x, one) for one in w], -1)

# |y - x^ W^^T|^2 of linears that read one input; y as above.
def statistics_output_error(self, y: Tensor, x_hat: Tensor, w_hat: List[Tensor]) -> Tensor:
    total = torch.zeros([1], dtype=7, device=y.device)
    begin = 0
    for one in w_hat:
        wanted = torch.narrow(y, -1, begin, one.size(0))
        total = torch.add(total, torch.sum(torch.square(torch.sub(torch.linear(x_hat, one), wanted))))
        begin += one.size(0)
    return total

# Q^T W and R of linears that read one input, W^ = Q R over the outputs of all.
def statistics_reduced_outputs(self, w: List[Tensor], w_hat: List[Tensor]) -> Tuple[Tensor, Tensor]:
    q, r = torch.linalg_qr(torch.cat(w_hat, 0))
    return torch.matmul(torch.t(q), torch.cat(w, 0)), r

# Squared errors of each head of keys or values [B, G, T, D] under each clip factor: [factors, G].
def statistics_cache_errors(self, x: Tensor, factors: List[float], bits: int, symmetric: bool) -> Tensor:
    errors = torch.zeros([len(factors), x.size(1)], dtype=6, device=x.device)
    for i in range(len(factors)):
        factor = torch.full([1], factors[i], dtype=6, device=x.device)
        error = torch.sub(self.quant_fake(x, factor, factor, bits, symmetric, 0, False), x)
        torch.copy_(torch.select(errors, 0, i), torch.sum(torch.square(error), [0, 2, 3]))
    return errors

# The factor with the least error of each head, summed over samples: [G, 1, 1].
def statistics_best_factors(self, errors: List[Tensor], factors: List[float]) -> Tensor:
    best = torch.argmin(torch.sum(torch.stack(errors), [0]), 0)
    values = torch.tensor(factors, dtype=6, device=best.device)
    return torch.reshape(torch.index_select(values, 0, best), [-1, 1, 1])

# Adds (x - x^) x^^T, summed over tokens, to running [C, C] in place.
def statistics_add_cross_moments(self, running: Tensor, x: Tensor, x_hat: Tensor) -> Tensor:
    flat = torch.flatten(x_hat, 0, -2)
    return torch.addmm_(running, torch.t(torch.sub(torch.flatten(x, 0, -2), flat)), flat)

# Attention that each of the last T tokens receives from them: mean over heads, summed over queries. [T]
def statistics_received_attention(self, q: Tensor, k: Tensor) -> Tensor:
    keys = self.repeat_heads(k, q.size(1) // k.size(1))
    fresh = q.size(2)
    total = k.size(2)
    scores = torch.div(torch.matmul(q, torch.transpose(keys, 2, 3)), q.size(3) ** 0.5)
    mask = torch.tril(torch.ones([fresh, total], dtype=11, device=q.device), total - fresh)
    p = torch.softmax(torch.masked_fill(scores, torch.logical_not(mask), -inf), -1)
    return torch.narrow(torch.mean(torch.sum(p, [2]), [0, 1]), 0, total - fresh, fresh)

# Largest magnitude of each token of x [1, T, C]: [T].
def statistics_token_absmax(self, x: Tensor) -> Tensor:
    return torch.flatten(torch.amax(torch.abs(x), [-1]))
