"""llama.cpp by llama-cpp-python; it rounds inputs to eight bits by itself. Its cache is in float32, as in the other readers."""
import pathlib

import llama_cpp
import numpy
import torch
from llama_cpp import Llama

import answer

if __name__ == "__main__":
    asked = answer.request()
    file = next(pathlib.Path(asked["folder"]).glob("*.gguf"))
    llama = Llama(str(file), n_ctx=512, logits_all=True, verbose=False, flash_attn=False,
                  type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32)
    logprobs = []
    for i, ids in enumerate(asked["rows"]):
        llama.reset()
        llama.eval(ids)
        logits = torch.from_numpy(numpy.array(llama.scores[:len(ids)]))
        if i == 0:
            torch.save(logits[:asked["logit_tokens"]].clone(), asked["logits"])
        scores = torch.log_softmax(logits[:-1].double(), -1).gather(-1, torch.tensor(ids[1:])[:, None])[:, 0]
        logprobs.append(scores.tolist())
    llama.reset()
    llama.eval(asked["rows"][0][:asked["logit_tokens"]])
    made = []
    for _ in range(asked["greedy"]):
        made.append(int(numpy.argmax(llama.scores[llama.n_tokens - 1])))
        llama.eval([made[-1]])
    answer.write(logprobs, made, ["llama-cpp-python", "torch"])
