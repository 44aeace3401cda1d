"""AutoRound: rounding learnt block by block, four-bit weights in groups of 128, inputs as they are or at four bits."""
from importlib.metadata import version

import common
import torch
from auto_round import AutoRound
from transformers import AutoModelForCausalLM, AutoTokenizer

SCHEMES = {
    "w4a16-g128": {"bits": 4, "group_size": 128, "sym": True},
    "w4a4-g128": {
        "bits": 4,
        "group_size": 128,
        "sym": True,
        "act_bits": 4,
        "act_group_size": 128,
        "act_sym": True,
        "act_dynamic": True,
        "act_data_type": "int",
    },
}

parser = common.arguments(__doc__)
parser.add_argument("--scheme", required=True, choices=SCHEMES)
parser.add_argument("--iters", type=int, default=200, help="steps a block; 200 is AutoRound's own")
options = parser.parse_args()
row = common.key(options, f"{options.scheme}, {options.iters} steps", f"auto-round {version('auto-round')}")
common.leave_if_there(options, row)
calibration, texts = common.windows(options)


def quantize():
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    rounding = AutoRound(
        model,
        AutoTokenizer.from_pretrained(options.model),
        dataset=[torch.tensor([ids]) for ids in calibration],
        nsamples=len(calibration),
        seqlen=len(calibration[0]),
        iters=options.iters,
        batch_size=min(8, len(calibration)),
        device_map="cpu",
        amp=False,
        **SCHEMES[options.scheme],
    )
    quantized, _ = rounding.quantize()
    return quantized


common.measured(options, row, quantize, texts)
