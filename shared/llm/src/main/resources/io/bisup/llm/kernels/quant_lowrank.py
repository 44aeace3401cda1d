# Low-rank reconstruction of a weight error E [out, in] in the metric of its inputs.

# S with S S^T = gram / tokens + damping * mean(diag) * I, lower triangular, float64; fails when not positive definite.
def lowrank_root(self, gram: Tensor, tokens: float, damping: float) -> Tensor:
    moments = torch.div(torch.to(gram, 7), tokens)
    moments = torch.mul(torch.add(moments, torch.t(moments)), 0.5)
    diagonal = torch.clamp(torch.mean(torch.diagonal(moments)), 1e-30)
    ridge = torch.mul(torch.mul(diagonal, damping), torch.ones_like(torch.diagonal(moments)))
    return torch.linalg_cholesky(torch.add(moments, torch.diag(ridge)))

def lowrank_diagonal_root(self, gram: Tensor, tokens: float) -> Tensor:
    moments = torch.div(torch.diagonal(torch.to(gram, 7)), tokens)
    return torch.diag(torch.sqrt(torch.clamp(moments, 1e-12)))

# Orthonormal basis of the dominant row space, by subspace iteration (Halko, Martinsson and Tropp 2011, algorithm 4.4).
def lowrank_basis(self, m: Tensor, sketch: Tensor) -> Tensor:
    q, r = torch.linalg_qr(torch.matmul(m, sketch))
    for i in range(3):
        q, r = torch.linalg_qr(torch.matmul(torch.t(m), q))
        q, r = torch.linalg_qr(torch.matmul(m, q))
    return q

# The truncated SVD of m; dense when the sketch is empty. The largest entry of each column of u is positive.
def lowrank_svd(self, m: Tensor, sketch: Tensor, rank: int) -> Tuple[Tensor, Tensor, Tensor]:
    if torch.numel(sketch) == 0:
        u, s, v = torch.linalg_svd(m, False)
    else:
        q = self.lowrank_basis(m, sketch)
        u, s, v = torch.linalg_svd(torch.matmul(torch.t(q), m), False)
        u = torch.matmul(q, u)
    u = torch.slice(u, 1, 0, rank)
    v = torch.slice(v, 0, 0, rank)
    at = torch.argmax(torch.abs(u), 0, True)
    sign = torch.sign(torch.gather(u, 0, at))
    sign = torch.where(torch.eq(sign, 0.), torch.ones_like(sign), sign)
    return (torch.mul(u, sign), torch.slice(s, 0, 0, rank), torch.mul(v, torch.t(sign)))

# How many of the descending singular values s have the part `energy` of the matrix's sum of squares.
def lowrank_rank(self, m: Tensor, s: Tensor, energy: float) -> int:
    have = torch.cumsum(torch.square(s), 0)
    enough = torch.ge(have, torch.mul(torch.sum(torch.square(m)), energy))
    missing = int(torch.item(torch.sum(torch.to(torch.logical_not(enough), 4))))
    return min(s.size(0), missing + 1)

# A = U sqrt(s), B = sqrt(s) V^T S^-1 of the truncated SVD of E S; in E's type.
def lowrank_factor(self, error: Tensor, root: Tensor, sketch: Tensor, rank: int, energy: float) -> Tuple[Tensor, Tensor]:
    wide = torch.to(root, 7)
    m = torch.matmul(torch.to(error, 7), wide)
    u, s, v = self.lowrank_svd(m, torch.to(sketch, 7), rank)
    if energy < 1.:
        kept = self.lowrank_rank(m, s, energy)
        u = torch.slice(u, 1, 0, kept)
        s = torch.slice(s, 0, 0, kept)
        v = torch.slice(v, 0, 0, kept)
    balance = torch.sqrt(s)
    b = torch.t(torch.linalg_solve_triangular(torch.t(wide), torch.t(v), upper=True))
    a = torch.mul(u, balance)
    b = torch.mul(torch.unsqueeze(balance, -1), b)
    return (torch.contiguous(torch.to(a, error.dtype)), torch.contiguous(torch.to(b, error.dtype)))

# Singular values of m, in descending order.
def lowrank_singular_values(self, m: Tensor) -> Tensor:
    return torch.linalg_svdvals(m)
