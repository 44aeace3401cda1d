# Maps of the n channels of the last axis (io.bisup.llm.transform). Differentiable in x and in the maps' tensors, which are
# brought to the type of x.

def map_divide(self, x: Tensor, s: Tensor) -> Tensor:
  return torch.div(x, torch.to(s, x.dtype))

def map_multiply(self, x: Tensor, s: Tensor) -> Tensor:
  return torch.mul(x, torch.to(s, x.dtype))

def map_divide_rows(self, w: Tensor, s: Tensor) -> Tensor:
  return torch.div(w, torch.unsqueeze(torch.to(s, w.dtype), -1))

def map_subtract(self, x: Tensor, c: Tensor) -> Tensor:
  return torch.sub(x, torch.to(c, x.dtype))

def map_add(self, x: Tensor, c: Tensor) -> Tensor:
  return torch.add(x, torch.to(c, x.dtype))

def map_negate(self, c: Tensor) -> Tensor:
  return torch.neg(c)

# b + c W^T: what a consumer W [out, n] of x - c lacks; an empty b: none.
def map_offset_bias(self, w: Tensor, c: Tensor, bias: Tensor) -> Tensor:
  result = torch.matmul(w, torch.to(c, w.dtype))
  if torch.numel(bias) > 0:
    result = torch.add(result, bias)
  return result

def map_gather(self, x: Tensor, order: Tensor) -> Tensor:
  return torch.index_select(x, -1, order)

def map_gather_rows(self, w: Tensor, order: Tensor) -> Tensor:
  return torch.index_select(w, 0, order)

# x (s1 F1 (x) s2 F2 (x) ...); an empty factor is the identity of its size. transposed: every factor is.
def map_kronecker(self, x: Tensor, factors: List[Tensor], sizes: List[int], scales: List[float], transposed: bool) -> Tensor:
  y = x
  behind = x.size(-1)
  for i in range(len(sizes)):
    behind = behind // sizes[i]
    if torch.numel(factors[i]) > 0:
      factor = torch.mul(torch.to(factors[i], x.dtype), scales[i])
      if transposed:
        factor = torch.t(factor)
      if behind == 1:
        y = torch.matmul(torch.reshape(y, [-1, sizes[i]]), factor)
      else:
        y = torch.matmul(torch.t(factor), torch.reshape(y, [-1, sizes[i], behind]))
  return torch.reshape(y, x.size())

# x D (F1 (x) F2 (x) ...); empty signs D: none.
def map_rotate(self, x: Tensor, signs: Tensor, factors: List[Tensor], sizes: List[int], scales: List[float]) -> Tensor:
  y = x
  if torch.numel(signs) > 0:
    y = torch.mul(x, torch.to(signs, x.dtype))
  return self.map_kronecker(y, factors, sizes, scales, False)

# The inverse, which is the transpose.
def map_rotate_back(self, y: Tensor, signs: Tensor, factors: List[Tensor], sizes: List[int], scales: List[float]) -> Tensor:
  x = self.map_kronecker(y, factors, sizes, scales, True)
  if torch.numel(signs) > 0:
    x = torch.mul(x, torch.to(signs, x.dtype))
  return x

# Q^T W for W [n, in].
def map_rotate_rows(self, w: Tensor, signs: Tensor, factors: List[Tensor], sizes: List[int], scales: List[float]) -> Tensor:
  return torch.contiguous(torch.t(self.map_rotate(torch.t(w), signs, factors, sizes, scales)))

# Q of the QR decomposition, each column with the sign of R's diagonal.
def map_orthonormal(self, x: Tensor) -> Tensor:
  q, r = torch.linalg_qr(x)
  return torch.contiguous(torch.mul(q, torch.sign(torch.diagonal(r))))

def map_transposed(self, x: Tensor) -> Tensor:
  return torch.contiguous(torch.t(x))
