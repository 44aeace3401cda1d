# Projections, norm and activation. Weights are [out, in].

def linear(self, x: Tensor, weight: Tensor, low_precision: bool) -> Tensor:
  if low_precision:
    return torch.to(torch.linear(torch.to(x, 15), torch.to(weight, 15)), x.dtype)
  else:
    return self.product(x, weight)

# x W^T in x's format. oneDNN's product has no derivative and knows float32 alone here; the flag is a constant of the build of
# these kernels, see ProductLibrary.
def product(self, x: Tensor, weight: Tensor) -> Tensor:
  if ONE_DNN and x.dtype == 6 and not torch.is_grad_enabled():
    return ops.mkldnn._linear_pointwise(x, weight, None, "none", [], "")
  else:
    return torch.linear(x, weight)

def linear_with_bias(self, x: Tensor, weight: Tensor, bias: Tensor, low_precision: bool) -> Tensor:
  return torch.add(self.linear(x, weight, low_precision), bias)

# weight * x / sqrt(mean(x^2) + epsilon) over the last dimension; hidden states are never below float32.
def rms_norm(self, x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
  mean_square = torch.mean(torch.mul(x, x), [-1], True)
  return torch.mul(weight, torch.mul(x, torch.rsqrt(torch.add(mean_square, epsilon))))

def swiglu(self, gate: Tensor, up: Tensor) -> Tensor:
  return torch.mul(torch.silu(gate), up)

def add(self, a: Tensor, b: Tensor) -> Tensor:
  return torch.add(a, b)

# ids: int64 [B, T]; result [B, T, hidden].
def embedding(self, ids: Tensor, table: Tensor) -> Tensor:
  return torch.embedding(table, ids)

def subtract(self, a: Tensor, b: Tensor) -> Tensor:
  return torch.sub(a, b)

# Columns first .. first + count of the last axis.
def columns(self, x: Tensor, first: int, count: int) -> Tensor:
  return torch.narrow(x, -1, first, count)

# Side by side along the last axis.
def concatenate(self, parts: List[Tensor]) -> Tensor:
  return torch.cat(parts, -1)
