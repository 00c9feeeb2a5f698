#!/usr/bin/env python3
"""A random Stable Diffusion XL in miniature: a Hugging Face cache with its diffusers folder for ai-toolkit, and a
checkpoint for ComfyUI, with one UNet in both dialects.

usage: tiny_sdxl.py trainer HF_HOME | tiny_sdxl.py comfyui MODELS_FOLDER | tiny_sdxl.py fold CHECKPOINT LORA FOLDED
needs: torch, safetensors, diffusers, transformers, as in ai-toolkit's own environment.

ComfyUI knows the family by 320 channels and by how many transformers each block has. So the UNet has all of the real
blocks, at 320 channels on all three levels. ComfyUI also fixes the sizes of both text encoders: the matrices of the
large one are views of one noise, in torch's own format.
"""
import sys
from pathlib import Path

import torch
from tiny_files import random, snapshot
from tiny_sd3 import clip_encoder, clip_l
from tiny_unet import fold, save_checkpoint, save_for_trainer, tiny_unet

REPOSITORY = "stabilityai/stable-diffusion-xl-base-1.0"
WIDTH, LAYERS = 1280, 32


def unet():
    return tiny_unet(
        layers_per_block=2, block_out_channels=(320, 320, 320), cross_attention_dim=2048, attention_head_dim=5,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2, 10), use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816,
    )  # fmt: skip


def clip_g():
    """In the names of OpenCLIP, as the real checkpoint has them."""
    noise = random("noise", 7_000_000, std=WIDTH**-0.5).half()
    ones, zeros = torch.ones(WIDTH).half(), torch.zeros(4 * WIDTH).half()

    def view(outputs, inputs, start, stride=None):
        return noise.as_strided((outputs, inputs), (stride or inputs, 1), start)

    weights = {
        "token_embedding.weight": view(49408, WIDTH, 0, stride=100),
        "positional_embedding": view(77, WIDTH, 5_000_000),
        "text_projection": view(WIDTH, WIDTH, 1_000),
        "ln_final.weight": ones,
        "ln_final.bias": zeros[:WIDTH],
    }
    matrices = {"attn.in_proj_": (3, 1), "attn.out_proj.": (1, 1), "mlp.c_fc.": (4, 1), "mlp.c_proj.": (1, 4)}
    for index in range(LAYERS):
        layer = f"transformer.resblocks.{index}"
        for place, (name, (outputs, inputs)) in enumerate(matrices.items()):
            start = 200 * index + 16 * place
            weights[f"{layer}.{name}weight"] = view(outputs * WIDTH, inputs * WIDTH, start)
            weights[f"{layer}.{name}bias"] = zeros[: outputs * WIDTH]
        for norm in ("ln_1", "ln_2"):
            weights[f"{layer}.{norm}.weight"], weights[f"{layer}.{norm}.bias"] = ones, zeros[:WIDTH]
    return weights


def comfyui(models):
    clip = {name: tensor for name, tensor in clip_l().items() if name != "text_projection.weight"}
    encoders = {"conditioner.embedders.0.transformer.": clip, "conditioner.embedders.1.model.": clip_g()}
    save_checkpoint(models / "checkpoints" / "tiny_sdxl.ckpt", unet(), encoders, scale=0.13025)


def trainer(home):
    from diffusers import StableDiffusionXLPipeline

    torch.manual_seed(0)
    folder = snapshot(home, REPOSITORY)
    tokenizer, text_encoder = clip_encoder(folder / "tokenizer", width=768)
    tokenizer_2, text_encoder_2 = clip_encoder(folder / "tokenizer_2", width=WIDTH, projection=WIDTH)
    save_for_trainer(
        home, REPOSITORY, StableDiffusionXLPipeline, unet=unet(), text_encoder=text_encoder, tokenizer=tokenizer,
        text_encoder_2=text_encoder_2, tokenizer_2=tokenizer_2,
    )  # fmt: skip


if __name__ == "__main__":
    kinds = {"trainer": trainer, "comfyui": comfyui, "fold": lambda *files: fold(unet(), *files)}
    kinds[sys.argv[1]](*map(Path, sys.argv[2:]))
