# Kernels of error propagation. T positions of a window, S all positions, C channels.

# Squared distance over the squared length of the base, of each position. base, quantized: [1, T, d]; result float64 [T].
def relative_errors(self, base: Tensor, quantized: Tensor) -> Tensor:
  b = torch.to(torch.squeeze(base, 0), 7)
  q = torch.to(torch.squeeze(quantized, 0), 7)
  distance = torch.sum(torch.square(torch.sub(q, b)), [1])
  return torch.div(distance, torch.clamp(torch.sum(torch.square(b), [1]), 1e-30))

# Share of attention that each of S keys receives: mean over heads and the T queries. q [1, H, T, D], k [1, G, S, D]; float64 [S].
def received_attention(self, q: Tensor, k: Tensor, window: int) -> Tensor:
  fresh = q.size(2)
  total = k.size(2)
  repeats = q.size(1) // k.size(1)
  seen = torch.ones([fresh, total], dtype=11, device=q.device)
  hidden = torch.logical_not(torch.triu(torch.tril(seen, total - fresh), total - fresh - window + 1))
  sums = torch.zeros([total], dtype=7, device=q.device)
  queries = torch.squeeze(q, 0)
  keys = torch.squeeze(k, 0)
  # A head at a time: all heads' scores of a long window are large.
  for head in range(q.size(1)):
    scores = torch.matmul(torch.select(queries, 0, head), torch.t(torch.select(keys, 0, head // repeats)))
    p = torch.softmax(torch.masked_fill(torch.div(scores, q.size(3) ** 0.5), hidden, -inf), -1)
    torch.add_(sums, torch.sum(p, [0], False, dtype=7))
  return torch.div(sums, float(q.size(1) * fresh))

# Squared distance and squared length, summed over all positions but the first: float64 [2]. exact, quantized [1, T, C].
def distance(self, exact: Tensor, quantized: Tensor) -> Tensor:
  y = torch.to(torch.narrow(exact, 1, 1, exact.size(1) - 1), 7)
  q = torch.to(torch.narrow(quantized, 1, 1, exact.size(1) - 1), 7)
  return torch.stack([torch.sum(torch.square(torch.sub(q, y))), torch.sum(torch.square(y))], 0)

# Second moments over all positions but the first, by groups of d consecutive channels: q^T q and q^T y [C / d, d, d], |y|^2 [1].
def moments(self, exact: Tensor, quantized: Tensor, d: int) -> Tuple[Tensor, Tensor, Tensor]:
  y = self.grouped(exact, d)
  q = torch.transpose(self.grouped(quantized, d), 1, 2)
  return (torch.matmul(q, torch.transpose(q, 1, 2)), torch.matmul(q, y), torch.reshape(torch.sum(torch.square(y)), [1]))

# [1, T, C] -> float64 [C / d, T - 1, d]
def grouped(self, x: Tensor, d: int) -> Tensor:
  rows = torch.to(torch.select(torch.narrow(x, 1, 1, x.size(1) - 1), 0, 0), 7)
  return torch.transpose(torch.reshape(rows, [rows.size(0), -1, d]), 0, 1)

# The part of |y|^2 that no linear map of q within the groups explains: float64 [1].
def unexplained(self, qq: Tensor, qy: Tensor, yy: Tensor) -> Tensor:
  explained = torch.sum(torch.mul(qy, self.solve(qq, qy)))
  return torch.clamp(torch.div(torch.sub(yy, explained), torch.clamp(yy, 1e-30)), 0.)

# a^-1 b of a symmetric a that is almost positive definite; batches.
def solve(self, a: Tensor, b: Tensor) -> Tensor:
  size = torch.mean(torch.diagonal(a, 0, -2, -1), [-1], True)
  ridge = torch.mul(torch.unsqueeze(torch.add(torch.mul(size, 1e-13), 1e-300), -1), torch.eye(a.size(-1), dtype=7, device=a.device))
  return torch.linalg_solve(torch.add(a, ridge), b)

def accumulate(self, running: Tensor, more: Tensor) -> Tensor:
  return torch.add_(running, more)

# q^T q and q^T y of rows [1, N, C] in float64.
def cross_moments(self, exact: Tensor, quantized: Tensor) -> Tuple[Tensor, Tensor]:
  y = torch.to(torch.squeeze(exact, 0), 7)
  q = torch.to(torch.squeeze(quantized, 0), 7)
  return (torch.matmul(torch.t(q), q), torch.matmul(torch.t(q), y))

# The linear map of q to y with the least squared error, float32 [C, C].
def basis(self, qq: Tensor, qy: Tensor) -> Tensor:
  return torch.to(self.solve(qq, qy), 6)

# x [1, T, C] times a matrix [C, C].
def turn(self, x: Tensor, matrix: Tensor) -> Tensor:
  return torch.matmul(x, matrix)

# For each channel of y the channel of q that is the same but for rounding, int64 [C]; empty where most are in their places. Pairs
# that correlate most with each other are taken first, then those of the rest; -1 for what is left in the end.
def channel_order(self, exact: Tensor, quantized: Tensor) -> Tensor:
  y = self.unit(exact)
  q = self.unit(quantized)
  placed = torch.sum(torch.gt(torch.sum(torch.mul(y, q), [0]), 0.5))
  if int(placed) * 2 >= y.size(1):
    return torch.zeros([0], dtype=4, device=y.device)
  else:
    return self.matched(torch.matmul(torch.t(y), q))

def matched(self, likeness: Tensor) -> Tensor:
  size = likeness.size(0)
  own = torch.arange(size, device=likeness.device)
  order = torch.full([size], -1, dtype=4, device=likeness.device)
  for i in range(64):
    best = torch.argmax(likeness, 1)
    back = torch.argmax(likeness, 0)
    mutual = torch.logical_and(torch.eq(torch.index_select(back, 0, best), own), torch.gt(torch.amax(likeness, [1]), -1.5))
    rows = torch.masked_select(own, mutual)
    columns = torch.masked_select(best, mutual)
    torch.index_copy_(order, 0, rows, columns)
    torch.index_fill_(likeness, 0, rows, -2.)
    torch.index_fill_(likeness, 1, columns, -2.)
  return order

# Channels of [1, T, C] of mean 0 and length 1 over all positions but the first: [T - 1, C].
def unit(self, x: Tensor) -> Tensor:
  given = torch.select(torch.narrow(x, 1, 1, x.size(1) - 1), 0, 0)
  rows = torch.sub(given, torch.mean(given, [0], True))
  return torch.div(rows, torch.clamp(torch.norm(rows, 2, [0], True), 1e-20))

def ordered(self, x: Tensor, channels: Tensor) -> Tensor:
  return torch.index_select(x, 2, channels)

# Positions first .. first + count of another tensor in the place of one's own. [B, G, S, D]
def splice(self, own: Tensor, other: Tensor, first: int, count: int) -> Tensor:
  behind = first + count
  return torch.cat([torch.narrow(own, 2, 0, first), torch.narrow(other, 2, first, count), torch.narrow(own, 2, behind, own.size(2) - behind)], 2)
