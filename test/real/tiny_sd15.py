#!/usr/bin/env python3
"""A random Stable Diffusion 1.5 in miniature: a Hugging Face cache with its diffusers folder for ai-toolkit, and a
checkpoint for ComfyUI, with one UNet in both dialects.

usage: tiny_sd15.py trainer HF_HOME | tiny_sd15.py comfyui MODELS_FOLDER | tiny_sd15.py fold CHECKPOINT LORA FOLDED
needs: torch, safetensors, diffusers, transformers, as in ai-toolkit's own environment.

ComfyUI knows the family by 320 channels and a context of 768; it reads levels and blocks from the weights. So the UNet
has two levels of 320, the last without attention, as the last one of the real: 36.7 million weights.
"""
import sys
from pathlib import Path

import torch
from tiny_files import snapshot
from tiny_sd3 import clip_encoder, clip_l
from tiny_unet import fold, save_checkpoint, save_for_trainer, tiny_unet

REPOSITORY = "stable-diffusion-v1-5/stable-diffusion-v1-5"


def unet():
    return tiny_unet(
        layers_per_block=1, block_out_channels=(320, 320), cross_attention_dim=768, attention_head_dim=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )  # fmt: skip


def comfyui(models):
    clip = {name: tensor for name, tensor in clip_l().items() if name != "text_projection.weight"}
    path = models / "checkpoints" / "tiny_sd15.safetensors"
    save_checkpoint(path, unet(), {"cond_stage_model.transformer.": clip}, scale=0.18215)


def trainer(home):
    from diffusers import StableDiffusionPipeline

    torch.manual_seed(0)
    tokenizer, text_encoder = clip_encoder(snapshot(home, REPOSITORY) / "tokenizer", width=768)
    save_for_trainer(
        home, REPOSITORY, StableDiffusionPipeline, unet=unet(), text_encoder=text_encoder, tokenizer=tokenizer,
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


if __name__ == "__main__":
    kinds = {"trainer": trainer, "comfyui": comfyui, "fold": lambda *files: fold(unet(), *files)}
    kinds[sys.argv[1]](*map(Path, sys.argv[2:]))
