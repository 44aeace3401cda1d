# The operators of block_step.py in TorchScript, in the same order. Per linear p: high, low, input clip logits, B, A.

def anchor_weight(self, w: Tensor, high: Tensor, low: Tensor, bits: int) -> Tensor:
  levels = float((1 << bits) - 1)
  groups = torch.reshape(w, [w.size(0), -1, 128])
  hi = torch.mul(torch.amax(groups, [-1], True), torch.sigmoid(high))
  lo = torch.mul(torch.amin(groups, [-1], True), torch.sigmoid(low))
  scale = torch.clamp(torch.div(torch.sub(hi, lo), levels), 1e-5)
  zero = torch.round(torch.div(torch.neg(lo), scale))
  ratio = torch.div(groups, scale)
  rounded = torch.add(ratio, torch.detach(torch.sub(torch.round(ratio), ratio)))
  codes = torch.clamp(torch.add(rounded, zero), 0., levels)
  return torch.reshape(torch.mul(torch.sub(codes, zero), scale), [w.size(0), -1])

def anchor_input(self, x: Tensor, clip: Tensor, bits: int) -> Tensor:
  top = float((1 << (bits - 1)) - 1)
  groups = torch.reshape(x, [x.size(0), -1, 128])
  peak = torch.clamp(torch.amax(torch.abs(groups), [-1], True), 1e-5)
  scale = torch.div(torch.mul(peak, torch.reshape(torch.sigmoid(clip), [1, -1, 1])), top)
  ratio = torch.div(groups, scale)
  rounded = torch.add(ratio, torch.detach(torch.sub(torch.round(ratio), ratio)))
  codes = torch.clamp(rounded, -top - 1., top)
  return torch.reshape(torch.mul(codes, scale), [x.size(0), -1])

def anchor_linear(self, x: Tensor, w: Tensor, p: List[Tensor], i: int, bits: int) -> Tensor:
  j = i * 5
  y = torch.mm(self.anchor_input(x, p[j + 2], bits), torch.t(self.anchor_weight(w, p[j], p[j + 1], bits)))
  return torch.add(y, torch.mm(torch.mm(x, torch.t(p[j + 3])), torch.t(p[j + 4])))

def anchor_norm(self, x: Tensor, gain: Tensor) -> Tensor:
  return torch.mul(torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.pow(x, 2), [-1], True), 1e-5))), gain)

def anchor_rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  halves = torch.chunk(x, 2, -1)
  turned = torch.cat([torch.neg(halves[1]), halves[0]], -1)
  return torch.add(torch.mul(x, torch.unsqueeze(cos, 1)), torch.mul(turned, torch.unsqueeze(sin, 1)))

def anchor_heads(self, x: Tensor) -> Tensor:
  return torch.reshape(x, [x.size(0), -1, 64])

def anchor_loss(self, input: Tensor, target: Tensor, cos: Tensor, sin: Tensor, gain: Tensor, w: List[Tensor], p: List[Tensor], bits: int) -> Tensor:
  x = torch.squeeze(input, 0)
  h = self.anchor_norm(x, gain)
  q = torch.transpose(self.anchor_rotate(self.anchor_heads(self.anchor_linear(h, w[0], p, 0, bits)), cos, sin), 0, 1)
  k = torch.transpose(self.anchor_rotate(self.anchor_heads(self.anchor_linear(h, w[1], p, 1, bits)), cos, sin), 0, 1)
  v = torch.transpose(self.anchor_heads(self.anchor_linear(h, w[2], p, 2, bits)), 0, 1)
  mixed = torch.scaled_dot_product_attention(torch.unsqueeze(q, 0), torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), None, 0.0, True)
  rows = torch.reshape(torch.transpose(torch.squeeze(mixed, 0), 0, 1), [x.size(0), -1])
  x1 = torch.add(x, self.anchor_linear(rows, w[3], p, 3, bits))
  h2 = self.anchor_norm(x1, gain)
  z = torch.mul(torch.silu(self.anchor_linear(h2, w[4], p, 4, bits)), self.anchor_linear(h2, w[5], p, 5, bits))
  y = torch.add(x1, self.anchor_linear(z, w[6], p, 6, bits))
  return torch.mean(torch.pow(torch.sub(y, torch.squeeze(target, 0)), 2))
