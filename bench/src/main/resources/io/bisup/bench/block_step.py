# One training step of a fake-quantized Llama block, as a PyTorch user writes it. A line per step: version, wall ms, CPU ms.
import math, sys, time

import torch

hidden, inner, tokens, bits, rank, threads, repetitions = map(int, sys.argv[1:8])
torch.set_num_threads(threads)
torch.manual_seed(0)
GROUP, HEAD = 128, 64


def ste_round(x):
    return x + (torch.round(x) - x).detach()


def quantized_weight(w, high, low):
    g = w.view(w.shape[0], -1, GROUP)
    hi = g.amax(-1, keepdim=True) * torch.sigmoid(high)
    lo = g.amin(-1, keepdim=True) * torch.sigmoid(low)
    scale = ((hi - lo) / (2**bits - 1)).clamp(min=1e-5)
    zero = torch.round(-lo / scale)
    return (((ste_round(g / scale) + zero).clamp(0, 2**bits - 1) - zero) * scale).view_as(w)


def quantized_input(x, clip):
    g = x.view(x.shape[0], -1, GROUP)
    peak = g.abs().amax(-1, keepdim=True).clamp(min=1e-5)
    scale = peak * torch.sigmoid(clip).view(1, -1, 1) / (2 ** (bits - 1) - 1)
    return (ste_round(g / scale).clamp(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) * scale).view_as(x)


shapes = [(hidden, hidden)] * 4 + [(inner, hidden)] * 2 + [(hidden, inner)]
weights = [torch.randn(s) / math.sqrt(s[1]) for s in shapes]
parameters = [
    [
        torch.full((o, i // GROUP, 1), 4.0, requires_grad=True),
        torch.full((o, i // GROUP, 1), 4.0, requires_grad=True),
        torch.full((i // GROUP,), 4.0, requires_grad=True),
        (torch.randn(rank, i) / math.sqrt(i)).requires_grad_(),
        torch.zeros(o, rank, requires_grad=True),
    ]
    for o, i in shapes
]
angles = torch.arange(tokens)[:, None] / 10000 ** (torch.arange(0, HEAD, 2) / HEAD)
cos, sin = torch.cat([angles.cos()] * 2, -1)[:, None], torch.cat([angles.sin()] * 2, -1)[:, None]
gain = torch.ones(hidden)


def norm(x):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * gain


def rotate(x):
    return x * cos + torch.cat([-x[..., HEAD // 2 :], x[..., : HEAD // 2]], -1) * sin


def linear(i, x):
    high, low, clip, b, a = parameters[i]
    return quantized_input(x, clip) @ quantized_weight(weights[i], high, low).T + (x @ b.T) @ a.T


def heads(x):
    return x.view(tokens, -1, HEAD)


def block(x):
    h = norm(x)
    q, k, v = rotate(heads(linear(0, h))), rotate(heads(linear(1, h))), heads(linear(2, h))
    q, k, v = (t.transpose(0, 1)[None] for t in (q, k, v))
    mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)[0]
    x = x + linear(3, mixed.transpose(0, 1).reshape(tokens, hidden))
    h = norm(x)
    return x + linear(6, torch.nn.functional.silu(linear(4, h)) * linear(5, h))


x, target = torch.randn(tokens, hidden), torch.randn(tokens, hidden)
optimizer = torch.optim.AdamW([p for ps in parameters for p in ps], lr=5e-3, weight_decay=0)
forward = torch.compile(block) if sys.argv[8] == "compile" else block


def step():
    optimizer.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=sys.argv[9] == "bfloat16"):
        out = forward(x)
    (out - target).pow(2).mean().backward()
    optimizer.step()


for i in range(repetitions + 2):
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    if i >= 2:
        print(torch.__version__, (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3, flush=True)
