# Scores of next-token predictions. N predictions over V tokens; targets: int64 [N].

# Mean negative log-likelihood in nats. logits: [N, V], float32 or float64. Targets of -100 do not count.
def cross_entropy(self, logits: Tensor, targets: Tensor) -> Tensor:
  return torch.cross_entropy_loss(logits, targets, None, 1, -100)

# Log-probability of each target, and 1 where the target is the most probable token. logits: [N, V].
def score_targets(self, logits: Tensor, targets: Tensor) -> Tuple[Tensor, Tensor]:
  chosen = torch.squeeze(torch.gather(logits, 1, torch.unsqueeze(targets, 1)), 1)
  log_probability = torch.sub(chosen, torch.logsumexp(logits, [1]))
  greedy = torch.eq(torch.argmax(logits, 1), targets)
  return (log_probability, torch.to(greedy, 4))

# The most probable token after the last position. logits: [B, T, V]; result int64 [B].
def next_token(self, logits: Tensor) -> Tensor:
  return torch.argmax(torch.select(logits, 1, -1), -1)

# Positions first .. first + count of the second dimension.
def positions(self, x: Tensor, first: int, count: int) -> Tensor:
  return torch.narrow(x, 1, first, count)

# [1, T, V] -> [T, V]
def squeeze_batch(self, x: Tensor) -> Tensor:
  return torch.squeeze(x, 0)

def to_double(self, x: Tensor) -> Tensor:
  return torch.to(x, 7)

def to_float(self, x: Tensor) -> Tensor:
  return torch.to(x, 6)
