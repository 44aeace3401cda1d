# Kernels of evaluation. d hidden size, V vocabulary.

# What the last T of S tokens see of all: 0 where they do, -inf elsewhere, [B, 1, T, S]. A token sees those of segment 0, of its own
# segment and of its trunk's, whose positions are its own or the last ones before it, `window` in all. segments, trunks, positions: int64 [B, S].
def tree_mask(self, segments: Tensor, trunks: Tensor, positions: Tensor, fresh: int, window: int) -> Tensor:
  first = segments.size(1) - fresh
  segment = torch.unsqueeze(torch.narrow(segments, 1, first, fresh), 2)
  trunk = torch.unsqueeze(torch.narrow(trunks, 1, first, fresh), 2)
  position = torch.unsqueeze(torch.narrow(positions, 1, first, fresh), 2)
  others = torch.unsqueeze(segments, 1)
  distance = torch.sub(position, torch.unsqueeze(positions, 1))
  kin = torch.logical_or(torch.eq(others, 0), torch.logical_or(torch.eq(others, segment), torch.eq(others, trunk)))
  near = torch.logical_and(torch.ge(distance, 0), torch.lt(distance, window))
  hidden = torch.logical_not(torch.logical_and(kin, near))
  nothing = torch.zeros(hidden.size(), dtype=6, device=hidden.device)
  return torch.unsqueeze(torch.masked_fill(nothing, hidden, float("-inf")), 1)

# Rows of a table [P, D] for positions [B, T]: [B, 1, T, D].
def rows_of(self, table: Tensor, positions: Tensor) -> Tensor:
  return torch.unsqueeze(torch.embedding(table, positions), 1)

# Rows of [B, T, d], counted through the first two dimensions: [1, N, d].
def gather_positions(self, hidden: Tensor, at: Tensor) -> Tensor:
  return torch.unsqueeze(torch.index_select(torch.flatten(hidden, 0, 1), 0, at), 0)

# Log-probability of target targets[i] at position rows[i], and 1 where it is the most probable token. logits: [1, N, V].
def score_pairs(self, logits: Tensor, rows: Tensor, targets: Tensor) -> Tuple[Tensor, Tensor]:
  flat = torch.squeeze(logits, 0)
  largest = torch.amax(flat, [1], True)
  normaliser = torch.add(torch.log(torch.sum(torch.exp(torch.sub(flat, largest)), [1])), torch.squeeze(largest, 1))
  chosen = torch.take(flat, torch.add(torch.mul(rows, flat.size(1)), targets))
  # Of equals the first is the most probable one. Only rows where a target is among them are searched for it: argmax is slow.
  greedy = torch.eq(chosen, torch.index_select(torch.squeeze(largest, 1), 0, rows))
  at = torch.flatten(torch.nonzero(greedy))
  best = torch.argmax(torch.index_select(flat, 0, torch.index_select(rows, 0, at)), 1)
  first = torch.index_copy(greedy, 0, at, torch.eq(best, torch.index_select(targets, 0, at)))
  return (torch.to(torch.sub(chosen, torch.index_select(normaliser, 0, rows)), 7), torch.to(first, 4))

# Of the base p and the quantized model q, per position: KL(p || q), ln q(target) and ln p(target) as float64, and 1 where both have
# the same most probable token. base, quantized: [1, N, V]; targets: [N].
def divergence(self, base: Tensor, quantized: Tensor, targets: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
  p = torch.log_softmax(torch.squeeze(base, 0), 1)
  q = torch.log_softmax(torch.squeeze(quantized, 0), 1)
  kl = torch.sum(torch.mul(torch.exp(p), torch.sub(p, q)), [1], False, dtype=7)
  at = torch.unsqueeze(targets, 1)
  base_target = torch.to(torch.squeeze(torch.gather(p, 1, at), 1), 7)
  target = torch.to(torch.squeeze(torch.gather(q, 1, at), 1), 7)
  same = torch.to(torch.eq(torch.argmax(p, 1), torch.argmax(q, 1)), 4)
  return (kl, target, base_target, same)
