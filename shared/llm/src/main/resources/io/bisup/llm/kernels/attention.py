# Attention of one decoder block. B batch, T new tokens, S all tokens, H query heads, G key-value heads, D head size.

# [B, T, H * D] -> [B, H, T, D]
def split_heads(self, x: Tensor, heads: int) -> Tensor:
  return torch.transpose(torch.reshape(x, [x.size(0), x.size(1), heads, -1]), 1, 2)

# [B, H, T, D] -> [B, T, H * D]
def join_heads(self, x: Tensor) -> Tensor:
  return torch.reshape(torch.transpose(x, 1, 2), [x.size(0), x.size(2), -1])

# Rotates the pairs (i, i + D/2), as Hugging Face checkpoints expect. cos, sin: [T, D/2].
def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  halves = torch.chunk(x, 2, -1)
  a = halves[0]
  b = halves[1]
  first = torch.sub(torch.mul(a, cos), torch.mul(b, sin))
  second = torch.add(torch.mul(b, cos), torch.mul(a, sin))
  return torch.cat([first, second], -1)

# Causal attention of the last T of S positions, each to the last `window` positions up to its own.
# q: [B, H, T, D]; k, v: [B, G, S, D]; result [B, T, H * D].
# Keys and values are expanded first, because the grouped form would fall back to the slow kernel.
def attend(self, q: Tensor, k: Tensor, v: Tensor, window: int, low_precision: bool) -> Tensor:
  repeats = q.size(1) // k.size(1)
  queries = q
  # The first query sees `window` positions, the others none before those.
  total = min(k.size(2), q.size(2) + window - 1)
  keys = self.repeat_heads(torch.narrow(k, 2, k.size(2) - total, total), repeats)
  values = self.repeat_heads(torch.narrow(v, 2, v.size(2) - total, total), repeats)
  if low_precision:
    queries = torch.to(queries, 15)
    keys = torch.to(keys, 15)
    values = torch.to(values, 15)
  fresh = q.size(2)
  if fresh == 1:
    result = torch.scaled_dot_product_attention(queries, keys, values, None, 0.0, False)
  elif fresh == total and window >= total:
    result = torch.scaled_dot_product_attention(queries, keys, values, None, 0.0, True)
  else:
    seen = torch.ones([fresh, total], dtype=11, device=q.device)
    mask = torch.triu(torch.tril(seen, total - fresh), total - fresh - window + 1)
    result = torch.scaled_dot_product_attention(queries, keys, values, mask, 0.0, False)
  return self.join_heads(torch.to(result, q.dtype))

# Attention to what a mask lets each token see: added to the scores, 0 or -inf, [B, 1, T, S].
def attend_masked(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, low_precision: bool) -> Tensor:
  repeats = q.size(1) // k.size(1)
  queries = q
  keys = self.repeat_heads(k, repeats)
  values = self.repeat_heads(v, repeats)
  if low_precision:
    queries = torch.to(queries, 15)
    keys = torch.to(keys, 15)
    values = torch.to(values, 15)
  result = torch.scaled_dot_product_attention(queries, keys, values, torch.to(mask, queries.dtype), 0.0, False)
  return self.join_heads(torch.to(result, q.dtype))

def repeat_heads(self, x: Tensor, repeats: int) -> Tensor:
  if repeats == 1:
    return x
  else:
    size = [x.size(0), x.size(1), repeats, x.size(2), x.size(3)]
    return torch.flatten(torch.expand(torch.unsqueeze(x, 2), size), 1, 2)

# Past keys (or values) before fresh ones; a past of batch size one serves every sequence.
def extend_past(self, past: Tensor, fresh: Tensor) -> Tensor:
  return torch.cat([torch.expand(past, [fresh.size(0), -1, -1, -1]), fresh], 2)

def rows(self, x: Tensor, first: int, count: int) -> Tensor:
  return torch.narrow(x, 0, first, count)
