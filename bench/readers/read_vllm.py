"""vLLM on a CPU, bfloat16: the type in which its packed kernels compute."""
import os

os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
# One process: one that is out of patience leaves nothing behind.
os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
from vllm import LLM, SamplingParams  # noqa: E402

import answer  # noqa: E402

if __name__ == "__main__":
    asked = answer.request()
    llm = LLM(model=asked["folder"], dtype="bfloat16", max_model_len=512, enforce_eager=True,
              skip_tokenizer_init=True, gpu_memory_utilization=0.4)
    scoring = SamplingParams(max_tokens=1, temperature=0, prompt_logprobs=0, detokenize=False)
    logprobs = []
    for ids in asked["rows"]:
        steps = llm.generate([{"prompt_token_ids": ids}], scoring)[0].prompt_logprobs[1:]
        logprobs.append([step[token].logprob for step, token in zip(steps, ids[1:])])
    going = SamplingParams(max_tokens=asked["greedy"], ignore_eos=True, temperature=0, detokenize=False)
    prompt = asked["rows"][0][:asked["logit_tokens"]]
    made = llm.generate([{"prompt_token_ids": prompt}], going)[0].outputs[0].token_ids
    answer.write(logprobs, list(made), ["vllm-cpu", "compressed-tensors", "torch"])
