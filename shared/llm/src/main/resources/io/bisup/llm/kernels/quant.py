# Uniform quantizers. A tensor's last axis is cut into groups of `group` elements (0: the whole axis is one group; the last group
# may be shorter); a clip factor c in (0, 1] shrinks the range of a group. Shapes: x [..., n], clip broadcastable to [..., G].
# Rounding is half to even; its gradient is the identity, that of clamping is exact, and gradients flow through the scale.

def quant_groups(self, x: Tensor, group: int) -> Tensor:
    # [..., G, g]. A short last group is filled up with zeros, which change nothing: every range holds 0, and 0 has an exact code.
    size = group
    if group == 0:
        size = x.size(-1)
    filled = x
    over = x.size(-1) % size
    if over != 0:
        filled = torch.constant_pad_nd(x, [0, size - over], 0.)
    return torch.unflatten(filled, -1, [-1, size])

def quant_join(self, groups: Tensor, width: int) -> Tensor:
    # [..., G, g] -> [..., width], without what fills the last group.
    flat = torch.flatten(groups, -2, -1)
    if flat.size(-1) != width:
        flat = torch.contiguous(torch.narrow(flat, -1, 0, width))
    return flat

def quant_round(self, x: Tensor) -> Tensor:
    return x + torch.detach(torch.round(x) - x)

def quant_stored(self, scale: Tensor) -> Tensor:
    # A scale as the artifact stores it (bfloat16), with the identity as gradient.
    return scale + torch.detach(torch.to(torch.to(scale, 15), 6) - scale)

def quant_scale_symmetric(self, groups: Tensor, clip: Tensor, bits: int, stored: bool) -> Tensor:
    top = float((1 << (bits - 1)) - 1)
    scale = torch.clamp(torch.amax(torch.abs(groups), [-1]), 1e-5)
    if torch.numel(clip) > 0:
        scale = scale * clip
    scale = scale / top
    if stored:
        scale = self.quant_stored(scale)
    return torch.unsqueeze(scale, -1)

def quant_scale_asymmetric(self, groups: Tensor, high: Tensor, low: Tensor, bits: int, stored: bool) -> Tuple[Tensor, Tensor]:
    # 0 is always in the range: else the zero point of a group of one sign has no code.
    levels = float((1 << bits) - 1)
    hi = torch.clamp_min(torch.amax(groups, [-1]), 0.)
    lo = torch.clamp_max(torch.amin(groups, [-1]), 0.)
    if torch.numel(high) > 0:
        hi = hi * high
        lo = lo * low
    scale = torch.clamp((hi - lo) / levels, 1e-5)
    if stored:
        scale = self.quant_stored(scale)
    zero = torch.clamp(torch.round(torch.neg(lo) / scale), 0., levels)
    return (torch.unsqueeze(scale, -1), torch.unsqueeze(zero, -1))

def quant_fake_symmetric(self, x: Tensor, clip: Tensor, bits: int, group: int, stored: bool) -> Tensor:
    groups = self.quant_groups(x, group)
    scale = self.quant_scale_symmetric(groups, clip, bits, stored)
    edge = float(1 << (bits - 1))
    codes = torch.clamp(self.quant_round(groups / scale), -edge, edge - 1.)
    return self.quant_join(codes * scale, x.size(-1))

def quant_fake_asymmetric(self, x: Tensor, high: Tensor, low: Tensor, bits: int, group: int, stored: bool) -> Tensor:
    groups = self.quant_groups(x, group)
    scale, zero = self.quant_scale_asymmetric(groups, high, low, bits, stored)
    levels = float((1 << bits) - 1)
    codes = torch.clamp(self.quant_round(groups / scale) + zero, 0., levels)
    return self.quant_join((codes - zero) * scale, x.size(-1))

def quant_fake(self, x: Tensor, high: Tensor, low: Tensor, bits: int, symmetric: bool, group: int, stored: bool) -> Tensor:
    # 16 bits: x itself. Empty clip factors: the full range.
    result = x
    if bits < 16:
        if symmetric:
            result = self.quant_fake_symmetric(x, high, bits, group, stored)
        else:
            result = self.quant_fake_asymmetric(x, high, low, bits, group, stored)
    return result

def quant_no_zero(self, scale: Tensor) -> Tensor:
    return torch.where(torch.eq(scale, 0.), torch.full_like(scale, 1.1920928955078125e-07), scale)

def quant_half_span(self, x: Tensor, bits: int, symmetric: bool, group: int) -> Tensor:
    # Inputs as compressed-tensors rounds them at run time: zero points are added before rounding, codes are signed.
    groups = self.quant_groups(x, group)
    levels = float((1 << bits) - 1)
    edge = float(1 << (bits - 1))
    if symmetric:
        scale = self.quant_no_zero(torch.amax(torch.abs(groups), [-1], True) / (levels / 2.))
        result = torch.round(torch.clamp(groups / scale, -edge, edge - 1.)) * scale
    else:
        hi = torch.clamp_min(torch.amax(groups, [-1], True), 0.)
        lo = torch.clamp_max(torch.amin(groups, [-1], True), 0.)
        scale = self.quant_no_zero((hi - lo) / levels)
        zero = torch.round(torch.clamp(-edge - lo / scale, -edge, edge - 1.))
        codes = torch.round(torch.clamp(groups / scale + zero, -edge, edge - 1.))
        result = (codes - zero) * scale
    return self.quant_join(result, x.size(-1))

def quant_codes(self, x: Tensor, high: Tensor, low: Tensor, bits: int, symmetric: bool, group: int, stored: bool) -> List[Tensor]:
    # -> unsigned codes [..., n] u8 (symmetric: offset by 2^(b-1)), scales [..., G], zeros [..., G] u8 (symmetric: 2^(b-1)).
    groups = self.quant_groups(x, group)
    levels = float((1 << bits) - 1)
    edge = float(1 << (bits - 1))
    if symmetric:
        scale = self.quant_scale_symmetric(groups, high, bits, stored)
        zero = torch.full_like(scale, edge)
        codes = torch.clamp(torch.round(groups / scale), -edge, edge - 1.) + edge
    else:
        scale, zero = self.quant_scale_asymmetric(groups, high, low, bits, stored)
        codes = torch.clamp(torch.round(groups / scale) + zero, 0., levels)
    return [torch.to(self.quant_join(codes, x.size(-1)), 0), torch.squeeze(scale, -1), torch.to(torch.squeeze(zero, -1), 0)]

def quant_dequantize(self, codes: Tensor, scales: Tensor, zeros: Tensor, group: int) -> Tensor:
    groups = self.quant_groups(torch.to(codes, 6), group)
    centred = groups - torch.unsqueeze(torch.to(zeros, 6), -1)
    return self.quant_join(centred * torch.unsqueeze(scales, -1), codes.size(-1))

def quant_clip_grid(self, x: Tensor, candidates: List[float], bits: int, symmetric: bool, group: int) -> Tensor:
    # The candidate clip factor with the least squared error, for each group alone: [..., G].
    groups = self.quant_groups(x, group)
    best = torch.full_like(torch.select(groups, -1, 0), float('inf'))
    clip = torch.ones_like(best)
    for c in candidates:
        factor = torch.full_like(best, c)
        fake = self.quant_groups(self.quant_fake(x, factor, factor, bits, symmetric, group, False), group)
        error = torch.sum(torch.square(groups - fake), [-1])
        better = torch.lt(error, best)
        best = torch.where(better, error, best)
        clip = torch.where(better, factor, clip)
    return clip

def quant_finite(self, x: Tensor) -> Tensor:
    return torch.all(torch.isfinite(x))

def quant_sigmoid(self, logit: Tensor) -> Tensor:
    return torch.sigmoid(logit)

def quant_squared_error(self, x: Tensor, y: Tensor) -> Tensor:
    return torch.mean(torch.square(x - y))
