# AdamW as torch.optim.AdamW computes it (decoupled weight decay, bias-corrected epsilon), in place.

def adamw(self, parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], variances: List[Tensor], step: int, rate: float, decay: float, beta1: float, beta2: float, epsilon: float) -> Tensor:
  step_size = rate / (1.0 - beta1 ** step)
  root_correction = (1.0 - beta2 ** step) ** 0.5
  for i in range(len(parameters)):
    p = parameters[i]
    g = gradients[i]
    m = means[i]
    v = variances[i]
    torch.mul_(p, 1.0 - rate * decay)
    torch.lerp_(m, g, 1.0 - beta1)
    torch.addcmul_(torch.mul_(v, beta2), g, g, value=1.0 - beta2)
    denominator = torch.add(torch.div(torch.sqrt(v), root_correction), epsilon)
    torch.addcdiv_(p, m, denominator, value=-step_size)
  return torch.zeros([0])

# Scales all gradients so that their joint Euclidean norm is at most `limit`; returns the norm before.
def clip_gradients(self, gradients: List[Tensor], limit: float) -> Tensor:
  squares = torch.zeros([], dtype=gradients[0].dtype, device=gradients[0].device)
  for g in gradients:
    squares = torch.add(squares, torch.sum(torch.mul(g, g)))
  norm = torch.sqrt(squares)
  factor = torch.clamp(torch.div(limit, torch.add(norm, 1.0e-6)), max=1.0)
  for g in gradients:
    torch.mul_(g, factor)
  return norm
