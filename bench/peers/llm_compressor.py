"""llm-compressor: GPTQ with four-bit weights in groups of 128, or SmoothQuant and GPTQ at eight bits."""
from importlib.metadata import version

import common
import torch
from datasets import Dataset
from llmcompressor import oneshot
from llmcompressor.modifiers.quantization import GPTQModifier
from transformers import AutoModelForCausalLM, AutoTokenizer

try:
    from llmcompressor.modifiers.transform import SmoothQuantModifier
except ImportError:
    from llmcompressor.modifiers.smoothquant import SmoothQuantModifier

LINEAR = {"targets": "Linear", "ignore": ["lm_head"]}
SCHEMES = {
    "gptq-w4a16-g128": lambda: [GPTQModifier(scheme="W4A16", **LINEAR)],
    "smoothquant-gptq-w8a8": lambda: [SmoothQuantModifier(smoothing_strength=0.8), GPTQModifier(scheme="W8A8", **LINEAR)],
}

parser = common.arguments(__doc__)
parser.add_argument("--scheme", required=True, choices=SCHEMES)
options = parser.parse_args()
row = common.key(options, options.scheme, f"llm-compressor {version('llmcompressor')}")
common.leave_if_there(options, row)
calibration, texts = common.windows(options)


def quantize():
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    samples = Dataset.from_dict({"input_ids": calibration, "attention_mask": [[1] * len(ids) for ids in calibration]})
    oneshot(
        model=model,
        tokenizer=AutoTokenizer.from_pretrained(options.model),
        dataset=samples,
        recipe=SCHEMES[options.scheme](),
        max_seq_length=len(calibration[0]),
        num_calibration_samples=len(calibration),
    )
    return model


common.measured(options, row, quantize, texts)
