# Linear algebra that NDArray lacks. Matrices are the last two dimensions; float32 and float64.

def svd(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  return torch.linalg_svd(x, False)

def cholesky(self, x: Tensor) -> Tensor:
  return torch.linalg_cholesky(x)

def solve_triangular(self, a: Tensor, b: Tensor, upper: bool) -> Tensor:
  return torch.linalg_solve_triangular(a, b, upper=upper)

def qr(self, x: Tensor) -> Tuple[Tensor, Tensor]:
  return torch.linalg_qr(x)

def eigh(self, x: Tensor) -> Tuple[Tensor, Tensor]:
  return torch.linalg_eigh(x)

def matmul(self, a: Tensor, b: Tensor) -> Tensor:
  return torch.matmul(a, b)
