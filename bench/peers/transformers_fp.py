"""The unquantized model by transformers in float32: its perplexity, and the time that takes."""
import common
import torch
import transformers

options = common.arguments(__doc__).parse_args()
row = common.key(options, "FP", f"transformers {transformers.__version__}")
common.leave_if_there(options, row)
_, texts = common.windows(options)
common.measured(
    options,
    row,
    lambda: transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32),
    texts,
)
