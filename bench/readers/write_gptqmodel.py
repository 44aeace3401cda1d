"""write_gptqmodel.py SCHEME MODEL TEXT OUT: four bits in groups of 64 by GPTQModel, in the layout of GPTQ or of AutoAWQ."""
import pathlib
import sys

from gptqmodel import GPTQModel, QuantizeConfig
from gptqmodel.quantization.config import FORMAT, METHOD

SCHEMES = {
    "gptq": {"sym": True, "desc_act": False},
    "gptq-asymmetric": {"sym": False, "desc_act": False},
    "gptq-desc-act": {"sym": True, "desc_act": True},
    "awq": {"sym": False, "method": METHOD.AWQ, "format": FORMAT.GEMM},
}
SAMPLES, CHARACTERS = 16, 1000

if __name__ == "__main__":
    scheme, source, text, out = sys.argv[1:]
    words = pathlib.Path(text).read_text()
    samples = [words[i * CHARACTERS:(i + 1) * CHARACTERS] for i in range(SAMPLES)]
    config = QuantizeConfig(bits=4, group_size=64, device="cpu", offload_to_disk=False, **SCHEMES[scheme])
    model = GPTQModel.load(source, config)
    model.quantize(samples, batch_size=1)
    model.save(out)
