package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A form in which other programs load an artifact; each is a folder that needs no file or program of ours. */
public enum ExportFormat {
    /** Packed codes and dynamic activations as vLLM and transformers read them with the compressed-tensors package. */
    @JsonProperty("compressed-tensors")
    COMPRESSED_TENSORS,
    /** Weights as GPTQModel and transformers read them. */
    @JsonProperty("gptq")
    GPTQ,
    /** Four-bit weights with zero points as AutoAWQ wrote them. */
    @JsonProperty("awq")
    AWQ,
    /** One file for llama.cpp. */
    @JsonProperty("gguf")
    GGUF,
    /** The low-rank branches as a LoRA adapter over an export of the quantized base. */
    @JsonProperty("peft")
    PEFT,
    /** What the quantized weights stand for, in bfloat16: opens anywhere, and saves nothing. */
    @JsonProperty("hf-fake")
    HF_FAKE;

    /** The name in documents and on the command line. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Programs that load it. */
    public List<String> readers() {
        return switch (this) {
            case COMPRESSED_TENSORS -> List.of("vLLM", "transformers");
            case GPTQ -> List.of("vLLM", "transformers", "GPTQModel");
            case AWQ -> List.of("vLLM", "transformers", "AutoAWQ");
            case GGUF -> List.of("llama.cpp");
            case PEFT -> List.of("vLLM", "transformers with PEFT");
            case HF_FAKE -> List.of("vLLM", "transformers");
        };
    }

    /**
     * The format of a wire name.
     *
     * @throws InvalidSpecException when there is none
     */
    public static ExportFormat parse(String name) {
        return Arrays.stream(values())
                .filter(format -> format.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new InvalidSpecException(
                        "format",
                        "is " + name,
                        "name one of "
                                + String.join(
                                        ", ",
                                        Arrays.stream(values())
                                                .map(ExportFormat::wireName)
                                                .toList())));
    }
}
