#!/usr/bin/env python3
"""A random Krea 2 in miniature, in the files that its family names: Raw and all that a training loads beside it, as a
Hugging Face cache for ai-toolkit; Turbo, text encoder and autoencoder for ComfyUI. One autoencoder in both dialects.

usage: tiny_krea2.py trainer HF_HOME | tiny_krea2.py comfyui MODELS_FOLDER | tiny_krea2.py fold TURBO LORA FOLDED
needs: torch, safetensors, diffusers, transformers, as in ai-toolkit's own environment.

Two blocks of width 256, but ComfyUI fixes the text encoder at 36 layers of width 2,560 and so the four blocks that fuse
its layers at 86 million weights each: Raw and Turbo take 345 MB in 8 bits. The encoder's 4 billion weights for ComfyUI
are views of 25 million in torch's own format: 100 MB on the disk and in memory.
"""
import json
import re
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from tiny_files import random, save, snapshot

WIDTH, HEADS, BLOCKS = 256, 2, 2
TEXT_WIDTH, TEXT_LAYERS, TAPPED_LAYERS = 2560, 36, 12
CHANNELS, PATCH = 16, 2
HEAD = 128


def transformer(edition):
    """Turbo is Raw with other blocks and another last layer, as a distillation leaves it: near, and not the same."""
    weights = {}

    def linear(name, outputs, inputs, bias=False, gain=1.0):
        weights[f"{name}.weight"] = random(f"{name}.w", outputs, inputs, std=gain / inputs**0.5)
        if bias:
            weights[f"{name}.bias"] = random(f"{name}.b", outputs, std=0.02)

    def block(name, width, heads, kv_heads):
        hidden = -(-int(2 * width / 3) * 4 // 128) * 128
        norms = {"prenorm": width, "postnorm": width, "attn.qknorm.qnorm": HEAD, "attn.qknorm.knorm": HEAD}
        for norm, size in norms.items():
            weights[f"{name}.{norm}.scale"] = torch.zeros(size)
        outputs = {"wq": heads * HEAD, "wk": kv_heads * HEAD, "wv": kv_heads * HEAD, "gate": width, "wo": width}
        for projection, size in outputs.items():
            linear(f"{name}.attn.{projection}", size, width)
        linear(f"{name}.mlp.gate", hidden, width)
        linear(f"{name}.mlp.up", hidden, width)
        linear(f"{name}.mlp.down", width, hidden)

    linear("first", WIDTH, CHANNELS * PATCH**2, bias=True)
    linear("tmlp.0", WIDTH, 256, bias=True)
    linear("tmlp.2", WIDTH, WIDTH, bias=True)
    linear("tproj.1", 6 * WIDTH, WIDTH, bias=True)
    for side in ("layerwise", "refiner"):
        for index in range(2):
            block(f"txtfusion.{side}_blocks.{index}", TEXT_WIDTH, TEXT_WIDTH // HEAD, TEXT_WIDTH // HEAD)
    linear("txtfusion.projector", 1, TAPPED_LAYERS)
    weights["txtmlp.0.scale"] = torch.zeros(TEXT_WIDTH)
    linear("txtmlp.1", WIDTH, TEXT_WIDTH, bias=True, gain=2)
    linear("txtmlp.3", WIDTH, WIDTH, bias=True, gain=2)
    for index in range(BLOCKS):
        block(f"blocks.{index}", WIDTH, HEADS, 1)
        weights[f"blocks.{index}.mod.lin"] = random(f"blocks.{index}.mod", 6 * WIDTH, std=0.5)
    weights["last.norm.scale"] = torch.zeros(WIDTH)
    weights["last.modulation.lin"] = random("last.mod", 2, WIDTH, std=0.1)
    linear("last.linear", CHANNELS * PATCH**2, WIDTH, bias=True)
    if edition == "turbo":
        for name, weight in weights.items():
            if name.startswith(("blocks.", "last.linear.weight")) and weight.dim() > 1:
                weights[name] = weight + random(f"turbo.{name}", *weight.shape, std=0.2 * float(weight.std()))
    return {name: weight.to(torch.float8_e4m3fn) if weight.dim() > 1 else weight for name, weight in weights.items()}


def autoencoder():
    from diffusers import AutoencoderKLQwenImage

    torch.manual_seed(0)
    model = AutoencoderKLQwenImage(base_dim=8)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 3 and name.endswith("weight"):
                weight.copy_(random(name, *weight.shape, std=1.4 / weight[0].numel() ** 0.5))
        # A low gain around the middle keeps pixels off black and white, where images could not differ.
        model.decoder.conv_out.weight.mul_(0.2)
    return model


WAN_NAMES = (
    ("encoder.conv_in", "encoder.conv1"), ("decoder.conv_in", "decoder.conv1"), ("post_quant_conv", "conv2"),
    ("quant_conv", "conv1"), ("norm_out", "head.0"), ("conv_out", "head.2"), ("mid_block.resnets.0", "middle.0"),
    ("mid_block.attentions.0", "middle.1"), ("mid_block.resnets.1", "middle.2"), ("down_blocks", "downsamples"),
)  # fmt: skip
WAN_PARTS = {
    "norm1": "residual.0", "conv1": "residual.2", "norm2": "residual.3", "conv2": "residual.6",
    "conv_shortcut": "shortcut",
}  # fmt: skip


def wan_name(name):
    """The autoencoder's names in ComfyUI's file, which are those of Wan's own code."""
    for old, new in WAN_NAMES:
        if old in name:
            name = name.replace(old, new)
            break
    words = name.split(".")
    if words[1] == "up_blocks":
        place = 4 * int(words[2]) + (int(words[4]) if words[3] == "resnets" else 3)
        words[1:5] = ["upsamples", str(place)]
    return ".".join(WAN_PARTS.get(word, word) if index > 1 else word for index, word in enumerate(words))


def text_encoder_for_comfyui():
    """In the names of Qwen3-VL-4B's file. One noise is every matrix: torch's own format keeps views as views, and
    ComfyUI copies no weight of a file in which one is scaled, here the words'."""
    noise = random("noise", 25_000_000, std=TEXT_WIDTH**-0.5)
    words = random("words", 160_000, std=1.0).to(torch.float8_e4m3fn)
    model = "model.language_model"
    weights = {
        f"{model}.embed_tokens.weight": words.as_strided((151_936, TEXT_WIDTH), (1, 1)),
        f"{model}.embed_tokens.weight_scale": torch.tensor(1.0),
        f"{model}.embed_tokens.comfy_quant": torch.tensor(list(b'{"format": "float8_e4m3fn"}'), dtype=torch.uint8),
        f"{model}.norm.weight": torch.ones(TEXT_WIDTH),
        # By these two ComfyUI tells Qwen3-VL, and its size. Nobody shows it an image: its eyes stay away.
        "model.visual.deepstack_merger_list.0.norm.weight": torch.ones(4096),
        "model.visual.merger.linear_fc2.weight": noise.as_strided((TEXT_WIDTH, 4096), (4096, 1)),
    }
    matrices = {
        "self_attn.q_proj": (4096, TEXT_WIDTH), "self_attn.k_proj": (1024, TEXT_WIDTH),
        "self_attn.v_proj": (1024, TEXT_WIDTH), "self_attn.o_proj": (TEXT_WIDTH, 4096),
        "mlp.gate_proj": (9728, TEXT_WIDTH), "mlp.up_proj": (9728, TEXT_WIDTH),
        "mlp.down_proj": (TEXT_WIDTH, 9728),
    }  # fmt: skip
    norms = {
        "input_layernorm": TEXT_WIDTH, "post_attention_layernorm": TEXT_WIDTH,
        "self_attn.q_norm": HEAD, "self_attn.k_norm": HEAD,
    }  # fmt: skip
    for index in range(TEXT_LAYERS):
        layer = f"{model}.layers.{index}"
        for place, (name, (outputs, inputs)) in enumerate(matrices.items()):
            start = 200 * index + 16 * place
            weights[f"{layer}.{name}.weight"] = noise.as_strided((outputs, inputs), (inputs, 1), start)
        for name, size in norms.items():
            weights[f"{layer}.{name}.weight"] = torch.ones(size)
    return weights


def comfyui(models):
    save(models / "diffusion_models" / "tiny_krea2_turbo.safetensors", transformer("turbo"))
    save(models / "text_encoders" / "tiny_qwen3vl_4b.pt", text_encoder_for_comfyui())
    vae = {wan_name(name): weight for name, weight in autoencoder().state_dict().items()}
    save(models / "vae" / "tiny_qwen_image_vae.safetensors", vae)


# The words around every prompt, so that the trainer cuts as many tokens off as of the real vocabulary.
TEMPLATE = (
    "<|im_start|>|system|\n|Describe| the| image| by| detailing| color|,| shape| size| texture| quantity| text|"
    " spatial| relationships| of| objects| and| background|:|<|im_end|>|user|assistant"
)


def tokenizer(folder):
    """A token for every byte, and for the words of the template. @returns how many there are"""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    words = ["<|endoftext|>", *re.findall(r"<\|\w+\|>|[^|]+", TEMPLATE)]
    vocabulary = {token: index for index, token in enumerate(bytes_to_unicode().values())}
    added = {
        str(len(vocabulary) + index): {"content": word, "special": word.startswith("<|")}
        for index, word in enumerate(words)
        if word not in "\n,:"
    }
    settings = {"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": added, "pad_token": words[0]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return len(vocabulary) + len(words)


def text_encoder_for_trainer(folder):
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    torch.manual_seed(0)
    text = dict(
        vocab_size=tokenizer(folder), hidden_size=TEXT_WIDTH, intermediate_size=32, num_hidden_layers=TEXT_LAYERS,
        num_attention_heads=2, num_key_value_heads=1, head_dim=16, tie_word_embeddings=True,
        rope_scaling={"rope_type": "default", "mrope_section": [4, 2, 2], "mrope_interleaved": True},
    )  # fmt: skip
    vision = dict(
        depth=1, hidden_size=16, intermediate_size=16, num_heads=2, out_hidden_size=TEXT_WIDTH,
        deepstack_visual_indexes=[0], num_position_embeddings=4,
    )  # fmt: skip
    Qwen3VLForConditionalGeneration(Qwen3VLConfig(text_config=text, vision_config=vision)).save_pretrained(folder)


def trainer(home):
    save(snapshot(home, "krea/Krea-2-Raw") / "raw.safetensors", transformer("raw"))
    text_encoder_for_trainer(snapshot(home, "Qwen/Qwen3-VL-4B-Instruct"))
    autoencoder().save_pretrained(snapshot(home, "Qwen/Qwen-Image") / "vae")


def fold(turbo, lora, folded):
    """The LoRA added to the weights by hand: what a loader that applies all of it must come to."""
    weights = {name: weight.float() for name, weight in load_file(turbo).items()}
    pairs, end = load_file(lora), ".lora_A.weight"
    names = [name.removesuffix(end) for name in pairs if name.endswith(end)]
    assert len(pairs) == 2 * len(names), "the file holds more than pairs of A and B"
    for name in names:
        low, high = pairs[f"{name}{end}"].float(), pairs[f"{name}.lora_B.weight"].float()
        weights[f"{name.removeprefix('diffusion_model.')}.weight"] += high @ low
    save(folded, weights)
    print(len(names))


if __name__ == "__main__":
    {"trainer": trainer, "comfyui": comfyui, "fold": fold}[sys.argv[1]](*map(Path, sys.argv[2:]))
