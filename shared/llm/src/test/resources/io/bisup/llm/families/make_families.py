"""Makes the checkpoints of this folder with transformers, and the logits that transformers computes from them in float32.

    python3 -m venv env && env/bin/pip install torch transformers safetensors
    env/bin/python make_families.py FOLDER

Made with torch 2.15.0 and transformers 5.24.0. No build and no test runs this script: the files are committed.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    MinistralConfig,
    MistralConfig,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
)

SIZES = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 61,
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-5,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
FACTORS = {"short_factor": [1.0, 1.1, 1.3, 1.6], "long_factor": [1.2, 1.9, 2.8, 4.0]}
FAMILIES = {
    "mistral-window": MistralConfig(**SIZES, sliding_window=5, rope_theta=1e6),
    "mistral-full": MistralConfig(**SIZES, sliding_window=None, head_dim=12, tie_word_embeddings=True),
    "ministral": MinistralConfig(
        **SIZES,
        head_dim=8,
        sliding_window=4,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
    ),
    "llama-biases": LlamaConfig(**SIZES, attention_bias=True, mlp_bias=True),
    "qwen2-window": Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=4, max_window_layers=1),
    "qwen3-window": Qwen3Config(
        **SIZES,
        head_dim=16,
        attention_bias=True,
        use_sliding_window=True,
        sliding_window=6,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
    ),
    "phi3-window": Phi3Config(**SIZES, sliding_window=6),
    "phi3-longrope": Phi3Config(
        **SIZES,
        original_max_position_embeddings=16,
        rope_scaling={"type": "longrope", **FACTORS},
    ),
}


def randomise(model, generator):
    """Weights of variance 1.5/in, norms near one, and biases that matter."""
    for name, tensor in model.named_parameters():
        noise = torch.randn(tensor.shape, generator=generator)
        if "norm" in name:
            tensor.data = 1 + 0.3 * noise
        elif tensor.dim() == 1:
            tensor.data = 0.5 * noise
        elif "embed_tokens" in name:
            tensor.data = noise
        else:
            tensor.data = noise * (1.5 / tensor.shape[1]) ** 0.5


def main(folder):
    for number, (name, config) in enumerate(FAMILIES.items()):
        torch.manual_seed(number)
        model = AutoModelForCausalLM.from_config(config)
        randomise(model, torch.Generator().manual_seed(number))
        target = Path(folder) / name
        model.to(torch.bfloat16).save_pretrained(target)
        (target / "generation_config.json").unlink(missing_ok=True)
        loaded = AutoModelForCausalLM.from_pretrained(target, dtype=torch.float32, attn_implementation="eager").eval()
        ids = torch.randint(3, 61, (1, 24), generator=torch.Generator().manual_seed(7))
        with torch.no_grad():
            expected = {"ids": ids, "logits": loaded(ids).logits.contiguous(), "first": loaded(ids[:, :12]).logits.contiguous()}
        save_file(expected, target / "expected.safetensors")
        print(name, expected["logits"].std().item())


if __name__ == "__main__":
    main(sys.argv[1])
