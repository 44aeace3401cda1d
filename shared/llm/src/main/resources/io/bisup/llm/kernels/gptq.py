# GPTQ (arXiv 2210.17323, algorithm 1). Columns are in the order in which they are rounded; H are second moments of the inputs.

# H = gram / tokens in float64 and that order. A channel that is never active gets the others' mean, so that it is rounded by itself.
def gptq_moments(self, gram: Tensor, tokens: float, order: Tensor) -> Tensor:
  h = torch.div(torch.to(gram, 7), tokens)
  h = torch.mul(torch.add(h, torch.t(h)), 0.5)
  h = torch.index_select(torch.index_select(h, 0, order), 1, order)
  diagonal = torch.diagonal(h)
  dead = torch.le(diagonal, 0.)
  mean = torch.div(torch.sum(diagonal), torch.clamp(torch.sum(torch.logical_not(dead)), 1))
  mean = torch.where(torch.gt(mean, 0.), mean, torch.ones_like(mean))
  return torch.add(h, torch.diag(torch.where(dead, mean, torch.zeros_like(diagonal))))

# Which channels were never active, 1 or 0: int64 [in].
def gptq_dead(self, gram: Tensor) -> Tensor:
  return torch.to(torch.le(torch.diagonal(gram), 0.), 4)

# Positions of the diagonal in descending order; equal ones keep theirs.
def gptq_order(self, gram: Tensor, first: int, count: int) -> Tensor:
  values, order = torch.sort(torch.narrow(torch.diagonal(gram), 0, first, count), stable=True, dim=0, descending=True)
  return torch.add(order, first)

# U, upper triangular, with (H + damping * mean(diag H) I)^-1 = U^T U (methods, A2), and whether there is one.
def gptq_root(self, h: Tensor, damping: float) -> Tuple[Tensor, Tensor]:
  ridge = torch.full_like(torch.diagonal(h), 1.)
  ridge = torch.mul(torch.mul(ridge, torch.mean(torch.diagonal(h))), damping)
  lower, info = torch.linalg_cholesky_ex(torch.flip(torch.add(h, torch.diag(ridge)), [0, 1]))
  root = torch.flip(lower, [0, 1])
  u = torch.linalg_solve_triangular(root, torch.diag(torch.ones_like(ridge)), upper=True)
  return (u, torch.logical_and(torch.eq(info, 0), torch.all(torch.isfinite(u))))

# Columns in order, transposed: [in, out].
def gptq_columns(self, w: Tensor, order: Tensor) -> Tensor:
  return torch.contiguous(torch.t(torch.index_select(w, 1, order)))

# W + strength * W E[(x - x^) x^^T] (H + damping)^-1: what best gives W x when it is multiplied by the quantized input x^
# (GPTAQ, arXiv 2504.02692; QEP, arXiv 2504.09629, eq. 6). columns [in, out], cross = sum (x - x^) x^^T.
def gptq_shift(self, columns: Tensor, cross: Tensor, tokens: float, order: Tensor, u: Tensor, strength: float) -> Tensor:
  c = torch.mul(torch.div(torch.to(cross, 7), tokens), strength)
  c = torch.index_select(torch.index_select(c, 0, order), 1, order)
  shift = torch.matmul(torch.matmul(torch.matmul(torch.t(torch.to(columns, 7)), c), torch.t(u)), u)
  return torch.contiguous(torch.add(columns, torch.to(torch.t(shift), columns.dtype)))

# Rounds columns first .. first + len(index) of columns [in, out], and moves their errors into the columns behind, in place.
# scales, zeros [any, rows of tiles]; column j uses row index[j]. -> unsigned codes u8 [count, out].
def gptq_block(self, columns: Tensor, u: Tensor, first: int, index: List[int], scales: Tensor, zeros: Tensor, rows: int, levels: float) -> Tensor:
  count = len(index)
  height = columns.size(1)
  block = torch.narrow(columns, 0, first, count)
  errors = torch.zeros_like(block)
  codes = torch.zeros([count, height], dtype=0, device=columns.device)
  wide_scales = torch.narrow(torch.repeat_interleave(scales, rows, 1), 1, 0, height)
  wide_zeros = torch.narrow(torch.repeat_interleave(zeros, rows, 1), 1, 0, height)
  for j in range(count):
    column = torch.select(block, 0, j)
    scale = torch.select(wide_scales, 0, index[j])
    zero = torch.select(wide_zeros, 0, index[j])
    code = torch.clamp(torch.add(torch.round(torch.div(column, scale)), zero), 0., levels)
    across = torch.select(u, 0, first + j)
    missed = torch.sub(column, torch.mul(torch.sub(code, zero), scale))
    error = torch.div(missed, torch.select(across, 0, first + j))
    kept = torch.copy_(torch.select(codes, 0, j), code)
    kept = torch.copy_(torch.select(errors, 0, j), error)
    left = count - j - 1
    if left > 0:
      rest = torch.unsqueeze(torch.narrow(across, 0, first + j + 1, left), 1)
      kept = torch.addmm_(torch.narrow(block, 0, j + 1, left), rest, torch.unsqueeze(error, 0), alpha=-1)
  behind = columns.size(0) - first - count
  if behind > 0:
    wide = torch.narrow(torch.narrow(u, 0, first, count), 1, first + count, behind)
    kept = torch.addmm_(torch.narrow(columns, 0, first + count, behind), torch.t(wide), errors, alpha=-1)
  return codes

# Rows first .. first + count of columns as a weight [out, count].
def gptq_slice(self, columns: Tensor, first: int, count: int) -> Tensor:
  return torch.contiguous(torch.t(torch.narrow(columns, 0, first, count)))

def gptq_joined(self, parts: List[Tensor]) -> Tensor:
  return torch.cat(parts, 0)

# Column j of x becomes column target[j].
def gptq_placed(self, x: Tensor, target: Tensor) -> Tensor:
  return torch.index_copy(torch.zeros_like(x), 1, target, x)

def gptq_bytes(self, x: Tensor) -> Tensor:
  return torch.to(x, 0)

def gptq_transposed(self, x: Tensor) -> Tensor:
  return torch.contiguous(torch.t(x))

# Column `group` of clip factors that are broadcast over groups, or none.
def gptq_factor(self, factors: Tensor, group: int) -> Tensor:
  result = factors
  if torch.numel(factors) > 0:
    result = torch.narrow(factors, 1, min(group, factors.size(1) - 1), 1)
  return result

def gptq_single(self, u: Tensor) -> Tensor:
  return torch.to(u, 6)

# Adds (x - x^) x^^T, summed over tokens, to running [C, C] in place. x, x^ [..., C].
def gptq_add_cross(self, running: Tensor, exact: Tensor, quantized: Tensor) -> Tensor:
  flat = torch.flatten(quantized, 0, -2)
  return torch.addmm_(running, torch.t(torch.sub(torch.flatten(exact, 0, -2), flat)), flat)
