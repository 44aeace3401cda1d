# GPTQ (arXiv 2210.17323, algorithm 1). Columns are in the order in which they are rounded; H are second moments of the inputs.

# H = gram / tokens in float64, the last column to be rounded first. A channel that is never active gets the others' mean, so
# that it is rounded by itself.
def gptq_moments(self, gram: Tensor, tokens: float, order: Tensor) -> Tensor:
  reverse = torch.flip(order, [0])
  h = torch.to(torch.index_select(torch.index_select(gram, 0, reverse), 1, reverse), 7)
  h = torch.div_(h, tokens)
  diagonal = torch.diagonal(h)
  dead = torch.le(diagonal, 0.)
  mean = torch.div(torch.sum(diagonal), torch.clamp(torch.sum(torch.logical_not(dead)), 1))
  mean = torch.where(torch.gt(mean, 0.), mean, torch.ones_like(mean))
  kept = torch.add_(diagonal, torch.where(dead, mean, torch.zeros_like(diagonal)))
  return h

# Which channels were never active, 1 or 0: int64 [in].
def gptq_dead(self, gram: Tensor) -> Tensor:
  return torch.to(torch.le(torch.diagonal(gram), 0.), 4)

# Positions of the diagonal in descending order; equal ones keep theirs.
def gptq_order(self, gram: Tensor, first: int, count: int) -> Tensor:
  values, order = torch.sort(torch.narrow(torch.diagonal(gram), 0, first, count), stable=True, dim=0, descending=True)
  return torch.add(order, first)

# A, upper triangular with ones on its diagonal, and D, [in] with H + damping * mean(diag H) I = A diag(D) A^T: both float64, in
# order, and whether there are such. h as gptq_moments gives it: its Cholesky factor from the last column on is A sqrt(D), reversed.
def gptq_factor(self, h: Tensor, damping: float) -> Tuple[Tensor, Tensor, Tensor]:
  damped = torch.clone(h)
  kept = torch.add_(torch.diagonal(damped), torch.mul(torch.mean(torch.diagonal(h)), damping))
  lower, info = torch.linalg_cholesky_ex(damped)
  roots = torch.clone(torch.diagonal(lower))
  a = torch.flip(torch.div_(lower, roots), [0, 1])
  valid = torch.logical_and(torch.eq(info, 0), torch.all(torch.isfinite(a)))
  return (a, torch.flip(torch.square(roots), [0]), valid)

# Columns in order, transposed: [in, out].
def gptq_columns(self, w: Tensor, order: Tensor) -> Tensor:
  return torch.contiguous(torch.t(torch.index_select(w, 1, order)))

# W + strength * W E[(x - x^) x^^T] (A D A^T)^-1: what best gives W x when it is multiplied by the quantized input x^
# (GPTAQ, arXiv 2504.02692; QEP, arXiv 2504.09629, eq. 6). columns [in, out], cross = sum (x - x^) x^^T.
def gptq_shift(self, columns: Tensor, cross: Tensor, tokens: float, order: Tensor, a: Tensor, d: Tensor, strength: float) -> Tensor:
  c = torch.mul(torch.div(torch.to(cross, 7), tokens), strength)
  c = torch.index_select(torch.index_select(c, 0, order), 1, order)
  wanted = torch.matmul(torch.t(c), torch.to(columns, 7))
  half = torch.div(torch.linalg_solve_triangular(a, wanted, upper=True), torch.unsqueeze(d, 1))
  shift = torch.linalg_solve_triangular(torch.t(a), half, upper=False)
  return torch.contiguous(torch.add(columns, torch.to(shift, columns.dtype)))

# Rounds columns first .. first + len(index) of columns [in, out], and moves their errors into the columns behind, in place:
# column k is rounded as w_k + sum over j < k of (w_j - w^_j) A_jk, where target [in, out] has the w. scales, zeros [any, rows of
# tiles]; column j uses row index[j]. -> unsigned codes u8 [count, out].
def gptq_block(self, columns: Tensor, target: Tensor, a: Tensor, first: int, index: List[int], scales: Tensor, zeros: Tensor, rows: int, levels: float) -> Tensor:
  count = len(index)
  height = columns.size(1)
  block = torch.narrow(columns, 0, first, count)
  errors = torch.clone(torch.narrow(target, 0, first, count))
  codes = torch.zeros([count, height], dtype=0, device=columns.device)
  wide_scales = torch.narrow(torch.repeat_interleave(scales, rows, 1), 1, 0, height)
  wide_zeros = torch.narrow(torch.repeat_interleave(zeros, rows, 1), 1, 0, height)
  for j in range(count):
    column = torch.select(block, 0, j)
    scale = torch.select(wide_scales, 0, index[j])
    zero = torch.select(wide_zeros, 0, index[j])
    code = torch.clamp(torch.add(torch.round(torch.div(column, scale)), zero), 0., levels)
    error = torch.sub_(torch.select(errors, 0, j), torch.mul(torch.sub(code, zero), scale))
    kept = torch.copy_(torch.select(codes, 0, j), code)
    kept = self.gptq_move(block, error, torch.select(a, 0, first + j), first, j)
  kept = self.gptq_move_behind(columns, errors, a, first)
  return codes

# Keeps columns first .. first + count of columns [in, out] as the errors before have made them, and moves what that changes into the
# columns behind, in place.
def gptq_keep(self, columns: Tensor, target: Tensor, a: Tensor, first: int, count: int) -> Tensor:
  block = torch.narrow(columns, 0, first, count)
  errors = torch.clone(torch.narrow(target, 0, first, count))
  for j in range(count):
    error = torch.sub_(torch.select(errors, 0, j), torch.select(block, 0, j))
    kept = self.gptq_move(block, error, torch.select(a, 0, first + j), first, j)
  return self.gptq_move_behind(columns, errors, a, first)

# Adds the error [out] of a block's column j, weighed by its row of A, to the block's columns behind it, in place.
def gptq_move(self, block: Tensor, error: Tensor, across: Tensor, first: int, j: int) -> Tensor:
  left = block.size(0) - j - 1
  rest = torch.unsqueeze(torch.narrow(across, 0, first + j + 1, left), 1)
  return torch.addmm_(torch.narrow(block, 0, j + 1, left), rest, torch.unsqueeze(error, 0))

# Adds the errors [count, out] of a block, weighed by its rows of A, to the columns behind the block, in place.
def gptq_move_behind(self, columns: Tensor, errors: Tensor, a: Tensor, first: int) -> Tensor:
  end = first + errors.size(0)
  behind = columns.size(0) - end
  wide = torch.narrow(torch.narrow(a, 0, first, errors.size(0)), 1, end, behind)
  return torch.addmm_(torch.narrow(columns, 0, end, behind), torch.t(wide), errors)

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
def gptq_clip(self, factors: Tensor, group: int) -> Tensor:
  result = factors
  if torch.numel(factors) > 0:
    result = torch.narrow(factors, 1, min(group, factors.size(1) - 1), 1)
  return result

def gptq_single(self, x: Tensor) -> Tensor:
  return torch.to(x, 6)
