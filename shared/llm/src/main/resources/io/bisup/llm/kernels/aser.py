# ASER (arXiv 2411.07762): what a low-rank branch carries. E [out, in] a weight's error, S S^T the second moments of its inputs.

# Squared norms of A's columns: the singular values of E S where A = U sqrt(sigma).
def aser_spectrum(self, a: Tensor) -> Tensor:
  return torch.sum(torch.square(torch.to(a, 7)), [0])

# The sum of all squared singular values of E S.
def aser_energy(self, error: Tensor, root: Tensor) -> Tensor:
  return torch.sum(torch.square(torch.matmul(torch.to(error, 7), torch.to(root, 7))))

def aser_leading(self, a: Tensor, b: Tensor, rank: int) -> Tuple[Tensor, Tensor]:
  return (torch.contiguous(torch.narrow(a, 1, 0, rank)), torch.clone(torch.narrow(b, 0, 0, rank)))

# w with the given columns 0.
def aser_without(self, w: Tensor, channels: Tensor) -> Tensor:
  return torch.index_fill(w, 1, channels, 0.)
