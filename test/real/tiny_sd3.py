#!/usr/bin/env python3
"""A random Stable Diffusion 3 in miniature, with the same weights in two dialects: a diffusers folder that ai-toolkit
trains (arch sd3) and a checkpoint that ComfyUI renders. On a CPU, 35 steps take some seconds and a picture 0.05 s.

usage: tiny_sd3.py trainer FOLDER | tiny_sd3.py comfyui MODELS_FOLDER
needs: torch, safetensors; trainer: diffusers and transformers too, as in ai-toolkit's own environment.

The checkpoint is 259 MB: ComfyUI fixes the size of its CLIP-L. The transformer has 530,240 weights. The same names give
the same numbers everywhere, so both dialects hold one model whoever makes them.
"""
import json
import sys
from pathlib import Path

import torch
from tiny_files import random, save

WIDTH = 64
LATENT_CHANNELS = 16


def linear(weights, name, outputs, inputs, gain=1.0):
    weights[f"{name}.weight"] = random(f"{name}.w", outputs, inputs, std=gain / inputs**0.5)
    weights[f"{name}.bias"] = random(f"{name}.b", outputs, std=0.02)


def convolution(weights, name, outputs, inputs, kernel=3, bias=True, gain=1.4, middle=0.0):
    spread = gain / (inputs * kernel * kernel) ** 0.5
    weights[f"{name}.weight"] = random(f"{name}.w", outputs, inputs, kernel, kernel, std=spread)
    if bias:
        weights[f"{name}.bias"] = random(f"{name}.b", outputs, std=0.05) + middle


def transformer():
    """One joint block; its context side is the last, so it only feeds attention."""
    weights = {}
    convolution(weights, "x_embedder.proj", WIDTH, LATENT_CHANNELS, kernel=2)
    for embedder, inputs in (("t_embedder", 256), ("y_embedder", 2048)):
        linear(weights, f"{embedder}.mlp.0", WIDTH, inputs)
        linear(weights, f"{embedder}.mlp.2", WIDTH, WIDTH)
    linear(weights, "context_embedder", WIDTH, 4096, gain=4)
    context, picture = "joint_blocks.0.context_block", "joint_blocks.0.x_block"
    linear(weights, f"{context}.adaLN_modulation.1", 2 * WIDTH, WIDTH)
    linear(weights, f"{context}.attn.qkv", 3 * WIDTH, WIDTH)
    linear(weights, f"{picture}.adaLN_modulation.1", 6 * WIDTH, WIDTH)
    linear(weights, f"{picture}.attn.qkv", 3 * WIDTH, WIDTH)
    linear(weights, f"{picture}.attn.proj", WIDTH, WIDTH)
    linear(weights, f"{picture}.mlp.fc1", 4 * WIDTH, WIDTH)
    linear(weights, f"{picture}.mlp.fc2", WIDTH, 4 * WIDTH)
    linear(weights, "final_layer.adaLN_modulation.1", 2 * WIDTH, WIDTH)
    linear(weights, "final_layer.linear", 4 * LATENT_CHANNELS, WIDTH)
    return weights


def clip_l():
    weights, width = {}, 768
    weights["text_model.embeddings.token_embedding.weight"] = random("tok", 49408, width, std=0.5)
    weights["text_model.embeddings.position_embedding.weight"] = random("pos", 77, width, std=0.1)
    norms = ["text_model.final_layer_norm"]
    for index in range(12):
        layer = f"text_model.encoder.layers.{index}"
        for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
            linear(weights, f"{layer}.self_attn.{projection}", width, width)
        linear(weights, f"{layer}.mlp.fc1", 4 * width, width)
        linear(weights, f"{layer}.mlp.fc2", width, 4 * width)
        norms += [f"{layer}.layer_norm1", f"{layer}.layer_norm2"]
    for norm in norms:
        weights[f"{norm}.weight"], weights[f"{norm}.bias"] = torch.ones(width), torch.zeros(width)
    weights["text_projection.weight"] = torch.eye(width)
    return {name: tensor.half() for name, tensor in weights.items()}


def small_autoencoder(latent_channels=LATENT_CHANNELS):
    """TAESD's shape: blocks of three convolutions, three halvings on the way in, three doublings on the way out."""

    def block(weights, name):
        for place in (0, 2, 4):
            convolution(weights, f"{name}.conv.{place}", 64, 64)

    encoder, decoder = {}, {}
    convolution(encoder, "0", 64, 3)
    place = 1
    for group in range(4):
        if group:
            convolution(encoder, str(place), 64, 64, bias=False)
            place += 1
        for _ in range(3 if group else 1):
            block(encoder, str(place))
            place += 1
    convolution(encoder, str(place), latent_channels, 64)

    convolution(decoder, "1", 64, latent_channels)
    place = 3
    for _ in range(3):
        for _ in range(3):
            block(decoder, str(place))
            place += 1
        place += 1
        convolution(decoder, str(place), 64, 64, bias=False)
        place += 1
    block(decoder, str(place))
    # A low gain around the middle keeps pixels off black and white, where pictures could not differ.
    convolution(decoder, str(place + 1), 3, 64, gain=0.005, middle=0.5)
    return encoder, decoder


def comfyui(models):
    encoder, decoder = small_autoencoder()
    parts = {
        "model.diffusion_model.": transformer(),
        "text_encoders.clip_l.transformer.": clip_l(),
        "first_stage_model.taesd_encoder.": encoder,
        "first_stage_model.taesd_decoder.": decoder,
        "first_stage_model.": {"vae_scale": torch.tensor(1.5305), "vae_shift": torch.tensor(0.0609)},
    }
    named = {prefix + name: tensor for prefix, part in parts.items() for name, tensor in part.items()}
    save(models / "checkpoints" / "tiny_sd3.safetensors", named)


def diffusers_names(weights):
    """The transformer as diffusers names it: q, k and v apart; shift and scale the other way round in a last norm."""
    renamed = {}

    def copy(name, new, swapped=False):
        for part in ("weight", "bias"):
            tensor = weights[f"{name}.{part}"]
            renamed[f"{new}.{part}"] = torch.cat(tensor.chunk(2)[::-1]) if swapped else tensor

    copy("x_embedder.proj", "pos_embed.proj")
    copy("context_embedder", "context_embedder")
    for embedder, new in (("t_embedder", "timestep_embedder"), ("y_embedder", "text_embedder")):
        copy(f"{embedder}.mlp.0", f"time_text_embed.{new}.linear_1")
        copy(f"{embedder}.mlp.2", f"time_text_embed.{new}.linear_2")
    copy("final_layer.adaLN_modulation.1", "norm_out.linear", swapped=True)
    copy("final_layer.linear", "proj_out")
    block, new = "joint_blocks.0", "transformer_blocks.0"
    copy(f"{block}.x_block.adaLN_modulation.1", f"{new}.norm1.linear")
    copy(f"{block}.context_block.adaLN_modulation.1", f"{new}.norm1_context.linear", swapped=True)
    sides = {"x_block": ("to_q", "to_k", "to_v"), "context_block": ("add_q_proj", "add_k_proj", "add_v_proj")}
    for side, names in sides.items():
        for part in ("weight", "bias"):
            for name, tensor in zip(names, weights[f"{block}.{side}.attn.qkv.{part}"].chunk(3)):
                renamed[f"{new}.attn.{name}.{part}"] = tensor
    copy(f"{block}.x_block.attn.proj", f"{new}.attn.to_out.0")
    copy(f"{block}.x_block.mlp.fc1", f"{new}.ff.net.0.proj")
    copy(f"{block}.x_block.mlp.fc2", f"{new}.ff.net.2")
    return {name: tensor.contiguous() for name, tensor in renamed.items()}


START, END = "<|startoftext|>", "<|endoftext|>"
LETTERS = [chr(code) for code in range(33, 127)]  # captions stay within printable ASCII


def clip_encoder(folder, projection=None, width=32):
    """Without a projection, as of Stable Diffusion 1.5."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

    vocabulary = {token: index for index, token in enumerate(LETTERS + [f"{c}</w>" for c in LETTERS] + [START, END])}
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    settings = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    config = CLIPTextConfig(
        vocab_size=len(vocabulary), hidden_size=width, intermediate_size=37, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=77, projection_dim=projection or width, bos_token_id=vocabulary[START],
        eos_token_id=vocabulary[END], pad_token_id=vocabulary[END],
    )  # fmt: skip
    model = CLIPTextModelWithProjection if projection else CLIPTextModel
    return CLIPTokenizer.from_pretrained(str(folder)), model(config)


def trainer(folder):
    from diffusers import (
        AutoencoderKL,
        FlowMatchEulerDiscreteScheduler,
        SD3Transformer2DModel,
        StableDiffusion3Pipeline,
    )
    from transformers import T5Config, T5EncoderModel, T5TokenizerFast

    torch.manual_seed(0)
    tokenizer, text_encoder = clip_encoder(folder / "tokenizer", 768)
    tokenizer_2, text_encoder_2 = clip_encoder(folder / "tokenizer_2", 1280)
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -2.0)] + [(letter, -3.0) for letter in LETTERS]
    model = SD3Transformer2DModel(
        sample_size=8, patch_size=2, in_channels=LATENT_CHANNELS, out_channels=LATENT_CHANNELS, num_layers=1,
        num_attention_heads=1, attention_head_dim=WIDTH, joint_attention_dim=4096, caption_projection_dim=WIDTH,
        pooled_projection_dim=2048, pos_embed_max_size=16,
    )  # fmt: skip
    loaded = model.load_state_dict(diffusers_names(transformer()), strict=False)
    # Positions are computed, not learnt: the only thing that may be missing.
    assert set(loaded.missing_keys) <= {"pos_embed.pos_embed"} and not loaded.unexpected_keys, loaded
    t5 = T5Config(
        vocab_size=128, d_model=4096, d_kv=8, d_ff=16, num_layers=1, num_heads=2, feed_forward_proj="gated-gelu"
    )
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16), norm_num_groups=4, latent_channels=LATENT_CHANNELS, sample_size=64,
        scaling_factor=1.5305, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False,
    )  # fmt: skip
    StableDiffusion3Pipeline(
        transformer=model, scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0), vae=vae,
        text_encoder=text_encoder, tokenizer=tokenizer, text_encoder_2=text_encoder_2, tokenizer_2=tokenizer_2,
        text_encoder_3=T5EncoderModel(t5),
        tokenizer_3=T5TokenizerFast(vocab=pieces, extra_ids=0, model_max_length=256),
    ).save_pretrained(str(folder))  # fmt: skip


if __name__ == "__main__":
    {"trainer": trainer, "comfyui": comfyui}[sys.argv[1]](Path(sys.argv[2]))
