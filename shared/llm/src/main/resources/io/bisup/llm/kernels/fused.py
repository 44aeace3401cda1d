# The matrix products of the hand-staged block step (io.bisup.llm.fused). They write into given memory; no gradients.

# a b of two matrices, the operands and the result rounded to bfloat16.
def fused_narrow(self, a: Tensor, b: Tensor) -> Tensor:
  return torch.to(torch.mm(torch.to(a, 15), torch.to(b, 15)), a.dtype)

# out = a b, of two matrices in float32; by oneDNN where it is the faster (see `product` of linear.py).
def fused_set_product(self, out: Tensor, a: Tensor, b: Tensor) -> Tensor:
  if ONE_DNN:
    return torch.copy_(out, ops.mkldnn._linear_pointwise(a, torch.t(b), None, "none", [], ""))
  else:
    return torch.mm(a, b, out=out)

# out += a b, likewise.
def fused_add_product(self, out: Tensor, a: Tensor, b: Tensor) -> Tensor:
  if ONE_DNN:
    return torch.add_(out, ops.mkldnn._linear_pointwise(a, torch.t(b), None, "none", [], ""))
  else:
    return torch.addmm_(out, a, b)

# y = x^ W^T + (x B^T) A^T + bias + addend into `out`; empty bias, A, B, addend: none.
def fused_linear(self, x_hat: Tensor, w_hat: Tensor, bias: Tensor, x: Tensor, a: Tensor, b: Tensor, addend: Tensor, out: Tensor, low_precision: bool) -> Tensor:
  if low_precision:
    y = torch.copy_(out, self.fused_narrow(x_hat, torch.t(w_hat)))
    if torch.numel(addend) > 0:
      y = torch.add_(out, addend)
    if torch.numel(b) > 0:
      y = torch.add_(out, self.fused_narrow(self.fused_narrow(x, torch.t(b)), torch.t(a)))
    if torch.numel(bias) > 0:
      y = torch.add_(out, bias)
    return out
  if torch.numel(addend) > 0:
    y = self.fused_add_product(torch.copy_(out, addend), x_hat, torch.t(w_hat))
  else:
    y = self.fused_set_product(out, x_hat, torch.t(w_hat))
  if torch.numel(b) > 0:
    y = torch.addmm_(out, torch.mm(x, torch.t(b)), torch.t(a))
  if torch.numel(bias) > 0:
    y = torch.add_(out, bias)
  return out

# branch: A, B; gradients: of x^, x (added to), W^ (added to or overwritten), A, B, bias (added to); an empty one is not wanted.
def fused_linear_backward(self, dy: Tensor, x_hat: Tensor, w_hat: Tensor, x: Tensor, branch: List[Tensor], gradients: List[Tensor], add_weight: bool, low_precision: bool) -> Tensor:
  if low_precision:
    return self.fused_narrow_backward(dy, x_hat, w_hat, x, branch, gradients, add_weight)
  dx_hat, dx, dw, da, db, dbias = gradients
  a, b = branch
  if torch.numel(dx_hat) > 0:
    done = self.fused_add_product(dx_hat, dy, w_hat)
  if torch.numel(dw) > 0:
    if add_weight:
      done = self.fused_add_product(dw, torch.t(dy), x_hat)
    else:
      done = self.fused_set_product(dw, torch.t(dy), x_hat)
  if torch.numel(b) > 0:
    dp = torch.mm(dy, a)
    if torch.numel(da) > 0:
      done = torch.addmm_(da, torch.t(dy), torch.mm(x, torch.t(b)))
    if torch.numel(db) > 0:
      done = torch.addmm_(db, torch.t(dp), x)
    if torch.numel(dx) > 0:
      done = torch.addmm_(dx, dp, b)
  if torch.numel(dbias) > 0:
    done = torch.add_(dbias, torch.sum(dy, [0]))
  return dy

# The same with every product rounded to bfloat16.
def fused_narrow_backward(self, dy: Tensor, x_hat: Tensor, w_hat: Tensor, x: Tensor, branch: List[Tensor], gradients: List[Tensor], add_weight: bool) -> Tensor:
  dx_hat, dx, dw, da, db, dbias = gradients
  a, b = branch
  dy_low = torch.to(dy, 15)
  if torch.numel(dx_hat) > 0:
    done = torch.add_(dx_hat, self.fused_narrow(dy_low, w_hat))
  if torch.numel(dw) > 0:
    product = self.fused_narrow(torch.t(dy_low), x_hat)
    if add_weight:
      done = torch.add_(dw, product)
    else:
      done = torch.copy_(dw, product)
  if torch.numel(b) > 0:
    dp = self.fused_narrow(dy_low, a)
    if torch.numel(da) > 0:
      done = torch.add_(da, self.fused_narrow(torch.t(dy_low), self.fused_narrow(x, torch.t(b))))
    if torch.numel(db) > 0:
      done = torch.add_(db, self.fused_narrow(torch.t(dp), x))
    if torch.numel(dx) > 0:
      done = torch.add_(dx, self.fused_narrow(dp, b))
  if torch.numel(dbias) > 0:
    done = torch.add_(dbias, torch.sum(dy, [0]))
  return dy

# [batch * T, heads * D] -> [batch, heads, T, D], the same memory
def fused_heads(self, x: Tensor, batch: int, heads: int) -> Tensor:
  return torch.transpose(torch.reshape(x, [batch, x.size(0) // batch, heads, -1]), 1, 2)

# [batch, heads, T, D] -> [batch * T, heads * D]
def fused_rows(self, x: Tensor) -> Tensor:
  return torch.reshape(torch.transpose(x, 1, 2), [x.size(0) * x.size(2), -1])

# Additive mask of the last T of S positions, each of which sees `window` positions up to its own: [T, S].
def fused_mask(self, like: Tensor, fresh: int, total: int, window: int) -> Tensor:
  seen = torch.ones([fresh, total], dtype=11)
  allowed = torch.triu(torch.tril(seen, total - fresh), total - fresh - min(window, total) + 1)
  return torch.masked_fill(torch.zeros([fresh, total], dtype=like.dtype), torch.logical_not(allowed), -inf)

def fused_context(self, prefix: Tensor, fresh: Tensor) -> Tensor:
  if torch.numel(prefix) > 0:
    return self.extend_past(prefix, fresh)
  else:
    return fresh

# -> mixed rows [batch * T, heads * D], then what the backward pass needs; computed in bfloat16 where the precision is low.
def fused_attention(self, q: Tensor, k: Tensor, v: Tensor, prefix_k: Tensor, prefix_v: Tensor, batch: int, heads: int, kv_heads: int, window: int, low_precision: bool) -> List[Tensor]:
  dtype = 15 if low_precision else q.dtype
  repeats = heads // kv_heads
  queries = torch.to(self.fused_heads(q, batch, heads), dtype)
  keys = self.repeat_heads(torch.to(self.fused_context(prefix_k, self.fused_heads(k, batch, kv_heads)), dtype), repeats)
  values = self.repeat_heads(torch.to(self.fused_context(prefix_v, self.fused_heads(v, batch, kv_heads)), dtype), repeats)
  if keys.size(2) == queries.size(2) and window >= keys.size(2):
    out, normalizer = torch._scaled_dot_product_flash_attention_for_cpu(queries, keys, values, 0.0, True)
  else:
    mask = self.fused_mask(queries, queries.size(2), keys.size(2), window)
    out, normalizer = torch._scaled_dot_product_flash_attention_for_cpu(queries, keys, values, 0.0, False, attn_mask=mask)
  return [torch.to(self.fused_rows(out), q.dtype), queries, keys, values, out, normalizer]

# -> gradients of the rows of queries, keys and values without the prefix. d_prefix: of its keys and values, added to; empty: not
# wanted.
def fused_attention_backward(self, d_rows: Tensor, saved: List[Tensor], fresh: int, kv_heads: int, window: int, d_prefix: List[Tensor]) -> List[Tensor]:
  rows, queries, keys, values, out, normalizer = saved
  d_out = torch.to(self.fused_heads(d_rows, queries.size(0), queries.size(1)), queries.dtype)
  if keys.size(2) == fresh and window >= fresh:
    dq, dk, dv = torch._scaled_dot_product_flash_attention_for_cpu_backward(d_out, queries, keys, values, out, normalizer, 0.0, True)
  else:
    mask = self.fused_mask(queries, fresh, keys.size(2), window)
    dq, dk, dv = torch._scaled_dot_product_flash_attention_for_cpu_backward(d_out, queries, keys, values, out, normalizer, 0.0, False, attn_mask=mask)
  dq, dk, dv = torch.to(dq, d_rows.dtype), torch.to(dk, d_rows.dtype), torch.to(dv, d_rows.dtype)
  done = [self.fused_add_prefix(d_prefix[0], dk), self.fused_add_prefix(d_prefix[1], dv)]
  return [torch.contiguous(self.fused_rows(dq)), self.fused_shared(dk, fresh, kv_heads), self.fused_shared(dv, fresh, kv_heads)]

# [batch, heads, T, D] summed over the query heads that share a key-value head.
def fused_grouped(self, d: Tensor, kv_heads: int) -> Tensor:
  result = d
  if d.size(1) != kv_heads:
    result = torch.sum(torch.unflatten(d, 1, [kv_heads, -1]), [2])
  return result

# The fresh tokens' gradient, as rows.
def fused_shared(self, d: Tensor, fresh: int, kv_heads: int) -> Tensor:
  last = torch.narrow(d, 2, d.size(2) - fresh, fresh)
  return torch.contiguous(self.fused_rows(self.fused_grouped(last, kv_heads)))

# Adds the prefix's gradient, which all sequences share, to d_prefix [1, kv heads, P, D], unless that is empty.
def fused_add_prefix(self, d_prefix: Tensor, d: Tensor) -> Tensor:
  if torch.numel(d_prefix) > 0:
    first = self.fused_grouped(torch.narrow(d, 2, 0, d_prefix.size(2)), d_prefix.size(1))
    done = torch.add_(d_prefix, torch.sum(first, [0], True))
  return d_prefix

# Zeros to add a gradient to, or an empty tensor where nothing that is learnt stands behind x.
def fused_gradient(self, x: Tensor) -> Tensor:
  if x.requires_grad:
    return torch.contiguous(torch.zeros_like(x))
  else:
    return torch.new_empty(x, [0])

# [batch, T, hidden] -> [batch * T, hidden]
def fused_flat(self, x: Tensor) -> Tensor:
  return torch.flatten(x, 0, 1)

# [rows, heads * D] -> [rows * heads, D], the same memory
def fused_pieces(self, x: Tensor, size: int) -> Tensor:
  return torch.reshape(x, [-1, size])

# target += sum over rows of a - b, whatever the shape of target.
def fused_add_difference(self, target: Tensor, a: Tensor, b: Tensor) -> Tensor:
  total = torch.sub(torch.sum(a, [0]), torch.sum(b, [0]))
  return torch.add_(target, torch.reshape(total, target.size()))
