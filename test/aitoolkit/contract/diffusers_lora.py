#!/usr/bin/env python3
"""What diffusers makes of LoRA files: hashes of what tiny random models give with each of them.

usage: diffusers_lora.py make MODEL FOLDER     writes sd15.safetensors (kohya's names) and qwen-image.safetensors (ComfyUI's)
       diffusers_lora.py load MODEL FOLDER     prints {file: [modules, hash]} for every LoRA there, and for none
"""
import hashlib
import json
import sys
from pathlib import Path

import torch
from diffusers import QwenImageTransformer2DModel, StableDiffusionPipeline
from diffusers.loaders.lora_pipeline import QwenImageLoraLoaderMixin
from safetensors.torch import save_file

what, model, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
RANK = 4


def pipeline():
    pipe = StableDiffusionPipeline.from_pretrained(model, safety_checker=None)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def qwen():
    torch.manual_seed(7)
    sizes = dict(attention_head_dim=16, num_attention_heads=3, joint_attention_dim=16, axes_dims_rope=(8, 4, 4))
    return QwenImageTransformer2DModel(patch_size=2, in_channels=16, out_channels=4, num_layers=2, **sizes).eval()


def matrices(parent, within):
    kinds = (torch.nn.Linear, torch.nn.Conv2d)
    return [(name, module) for name, module in parent.named_modules() if isinstance(module, kinds) and within in name]


def pair(module):
    rows, columns = module.weight.shape[:2]
    kernel = module.weight.shape[2:]
    ones = [1] * len(kernel)
    return torch.randn(RANK, columns, *kernel) * 0.1, torch.randn(rows, RANK, *ones) * 0.1


def make():
    pipe = pipeline()
    torch.manual_seed(1)
    kohya, comfyui = {}, {}
    text = [(name.removeprefix("text_model."), module) for name, module in matrices(pipe.text_encoder, "layers")]
    for prefix, modules in (("lora_unet_", matrices(pipe.unet, "attentions")), ("lora_te_text_model_", text)):
        for name, module in modules:
            key = prefix + name.replace(".", "_")
            kohya[f"{key}.lora_down.weight"], kohya[f"{key}.lora_up.weight"] = pair(module)
            kohya[f"{key}.alpha"] = torch.tensor(float(RANK))
    for name, module in matrices(qwen(), "transformer_blocks"):
        key = f"diffusion_model.{name}"
        comfyui[f"{key}.lora_A.weight"], comfyui[f"{key}.lora_B.weight"] = pair(module)
    save_file(kohya, folder / "sd15.safetensors")
    save_file(comfyui, folder / "qwen-image.safetensors")


def result(tensor, *parts):
    modules = sum(hasattr(module, "lora_A") for part in parts for module in part.modules())
    return [modules, hashlib.sha256(tensor.tobytes()).hexdigest()]


def draw(name):
    pipe = pipeline()
    if name:
        pipe.load_lora_weights(str(folder), weight_name=name)
    seed = lambda number: torch.Generator().manual_seed(number)
    latents = torch.randn(1, pipe.unet.config.in_channels, 8, 8, generator=seed(3))
    image = pipe("a face", num_inference_steps=2, latents=latents, generator=seed(5), output_type="np").images[0]
    return result(image, pipe.unet, pipe.text_encoder)


def transform(name):
    model = qwen()
    if name:
        weights = QwenImageLoraLoaderMixin.lora_state_dict(str(folder), weight_name=name)
        QwenImageLoraLoaderMixin.load_lora_into_transformer(weights, transformer=model)
    torch.manual_seed(9)
    inputs = dict(hidden_states=torch.randn(1, 16, 16), encoder_hidden_states=torch.randn(1, 5, 16))
    more = dict(timestep=torch.tensor([0.5]), img_shapes=[[(1, 4, 4)]], encoder_hidden_states_mask=torch.ones(1, 5).long())
    with torch.no_grad():
        return result(model(**inputs, **more, return_dict=False)[0].numpy(), model)


def load():
    found = {}
    for kind, use in (("sd15", draw), ("qwen-image", transform)):
        found[kind] = use(None)
        for path in sorted(folder.glob(f"{kind}*.safetensors")):
            found[path.name] = use(path.name)
    print(json.dumps(found))


make() if what == "make" else load()
