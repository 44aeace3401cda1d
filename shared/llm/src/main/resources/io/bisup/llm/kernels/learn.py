# BiSup's parameter spaces (arXiv 2405.15346: clipping, bounded smoothing, low-rank compensation) and its loss.

# s = s0 * bound^tanh(parameter): stays within [s0 / bound, s0 * bound] and never changes sign.
def learn_smooth(self, parameter: Tensor, start: Tensor, log_bound: Tensor) -> Tensor:
    return torch.mul(start, torch.exp(torch.mul(torch.tanh(parameter), log_bound)))

# SmoothQuant's factors with a learnt exponent: |X|^alpha / |W|^(1 - alpha), alpha = sigmoid(logit + parameter).
def learn_smooth_exponent(self, parameter: Tensor, activation: Tensor, weight: Tensor, logit: float) -> Tensor:
    alpha = torch.sigmoid(torch.add(parameter, logit))
    s = torch.div(torch.pow(torch.clamp(activation, 1e-5), alpha), torch.pow(torch.clamp(weight, 1e-5), torch.rsub(alpha, 1.)))
    return torch.clamp(s, 1e-5)

# The logit of a clip factor, of at most `most`.
def learn_logit(self, factor: Tensor, most: float) -> Tensor:
    return torch.clamp(torch.logit(factor, 1e-6), max=most)

# [G * D] over the query heads that share a key-value head: [H * D].
def learn_repeat_heads(self, x: Tensor, heads: int, kv_heads: int) -> Tensor:
    return torch.flatten(torch.repeat_interleave(torch.reshape(x, [kv_heads, -1]), heads // kv_heads, 0))

# Factors of rotary pairs [G, D/2] -> divisors of queries [H * D] (1/s) and of keys [G * D] (s); pairs are (i, i + D/2).
def learn_pair_factors(self, s: Tensor, heads: int, kv_heads: int) -> Tuple[Tensor, Tensor]:
    pair = torch.cat([s, s], -1)
    wide = torch.repeat_interleave(pair, heads // kv_heads, 0)
    return (torch.reciprocal(torch.flatten(wide)), torch.flatten(pair))

def learn_scale_columns(self, w: Tensor, factors: Tensor) -> Tensor:
    return torch.mul(w, factors)

# [G * D] -> [1, G, 1, D]
def learn_per_head(self, x: Tensor, kv_heads: int) -> Tensor:
    return torch.reshape(x, [1, kv_heads, 1, -1])

# Squared error of the block's output over the target's mean square (BiSup, loss of a block, made free of scale). Weights of tokens
# [T, 1] and of channels [hidden], each empty where all are 1.
def learn_loss(self, y: Tensor, target: Tensor, tokens: Tensor, channels: Tensor, target_mean_square: float) -> Tensor:
    squares = torch.square(torch.sub(y, target))
    if torch.numel(tokens) > 0:
        squares = torch.mul(squares, tokens)
    if torch.numel(channels) > 0:
        squares = torch.mul(squares, channels)
    return torch.div(torch.mean(squares), target_mean_square)
