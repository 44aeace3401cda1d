# Stored weights (io.bisup.llm.weight). w [out, in]. A tile of `rows` adjacent rows and `group` columns (0: all) shares a scale;
# tiles at the edges may be smaller. T rows of tiles, G tiles in each; clip factors are broadcastable to [T, G].

def weight_group(self, w: Tensor, group: int) -> int:
  size = group
  if group == 0:
    size = w.size(1)
  return size

# [T, G * rows * group]: the elements of a tile side by side, those missing at the edges 0, which no range and no code minds.
def weight_tiles(self, w: Tensor, group: int, rows: int) -> Tensor:
  size = self.weight_group(w, group)
  groups = (w.size(1) + size - 1) // size
  tiles = (w.size(0) + rows - 1) // rows
  whole = torch.constant_pad_nd(w, [0, groups * size - w.size(1), 0, tiles * rows - w.size(0)], 0)
  return torch.flatten(torch.transpose(torch.reshape(whole, [tiles, rows, groups, size]), 1, 2), 1, 3)

# The reverse: [height, width].
def weight_untile(self, tiles: Tensor, group: int, rows: int, height: int, width: int) -> Tensor:
  parts = torch.reshape(tiles, [tiles.size(0), -1, rows, group])
  whole = torch.reshape(torch.transpose(parts, 1, 2), [tiles.size(0) * rows, -1])
  return torch.contiguous(torch.narrow(torch.narrow(whole, 0, 0, height), 1, 0, width))

# Quantized and dequantized, with quant_fake's gradients in w and the clip factors. stored: scales as bfloat16.
def weight_fake(self, w: Tensor, high: Tensor, low: Tensor, bits: int, symmetric: bool, group: int, rows: int, stored: bool) -> Tensor:
  if rows == 1:
    result = self.quant_fake(w, high, low, bits, symmetric, group, stored)
  else:
    size = self.weight_group(w, group)
    tiles = self.quant_fake(self.weight_tiles(w, size, rows), high, low, bits, symmetric, rows * size, stored)
    result = self.weight_untile(tiles, size, rows, w.size(0), w.size(1))
  return result

# -> unsigned codes [out, in] u8 (symmetric: offset by 2^(b-1)), scales [T, G], zero points [T, G] u8.
def weight_codes(self, w: Tensor, high: Tensor, low: Tensor, bits: int, symmetric: bool, group: int, rows: int) -> List[Tensor]:
  size = self.weight_group(w, group)
  codes, scales, zeros = self.quant_codes(self.weight_tiles(w, size, rows), high, low, bits, symmetric, rows * size, True)
  return [self.weight_untile(codes, size, rows, w.size(0), w.size(1)), scales, zeros]

# -> scales [T, G] as they are stored, and zero points [T, G].
def weight_scales(self, w: Tensor, high: Tensor, low: Tensor, bits: int, symmetric: bool, group: int, rows: int) -> List[Tensor]:
  size = self.weight_group(w, group)
  groups = self.quant_groups(self.weight_tiles(w, size, rows), rows * size)
  if symmetric:
    scale = self.quant_scale_symmetric(groups, high, bits, True)
    zero = torch.full_like(scale, float(1 << (bits - 1)))
  else:
    scale, zero = self.quant_scale_asymmetric(groups, high, low, bits, True)
  return [torch.squeeze(scale, -1), torch.squeeze(zero, -1)]

def weight_dequantize(self, codes: Tensor, scales: Tensor, zeros: Tensor, group: int, rows: int) -> Tensor:
  size = self.weight_group(codes, group)
  tiles = self.quant_dequantize(self.weight_tiles(codes, size, rows), scales, zeros, rows * size)
  return self.weight_untile(tiles, size, rows, codes.size(0), codes.size(1))

# For each tile the factor on both ends of its range with the least sum |w - w^|^norm: [T, G].
def weight_clip_search(self, w: Tensor, candidates: List[float], norm: float, bits: int, symmetric: bool, group: int, rows: int) -> Tensor:
  size = self.weight_group(w, group)
  tiles = self.weight_tiles(w, size, rows)
  groups = self.quant_groups(tiles, rows * size)
  best = torch.full_like(torch.select(groups, -1, 0), float('inf'))
  clip = torch.ones_like(best)
  for c in candidates:
    factor = torch.full_like(best, c)
    fake = self.quant_groups(self.quant_fake(tiles, factor, factor, bits, symmetric, rows * size, True), rows * size)
    error = torch.sum(torch.pow(torch.abs(torch.sub(groups, fake)), norm), [-1])
    better = torch.lt(error, best)
    best = torch.where(better, error, best)
    clip = torch.where(better, factor, clip)
  return clip

def weight_columns(self, w: Tensor, first: int, count: int) -> Tensor:
  return torch.clone(torch.narrow(w, 1, first, count))

def weight_join(self, parts: List[Tensor]) -> Tensor:
  return torch.cat(parts, 1)

# E|D x|^2 = tr(D H D^T) of an error D [out, in] for inputs of second moments H = gram / tokens, in float64.
def weight_output_error(self, error: Tensor, gram: Tensor, tokens: float) -> Tensor:
  wide = torch.to(error, 7)
  return torch.div(torch.sum(torch.mul(torch.matmul(wide, torch.to(gram, 7)), wide)), tokens)
