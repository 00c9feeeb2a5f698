"""usage: tiny-model.py FOLDER: a random Stable Diffusion 1.5 of a million weights, as a diffusers folder."""
import json
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

folder = Path(sys.argv[1])
torch.manual_seed(0)

# A vocabulary of single printable characters, alone and at the end of a word: enough for the captions of the tests.
characters = [chr(code) for code in range(33, 127)]
begin, end = "<|startoftext|>", "<|endoftext|>"
vocabulary = {token: i for i, token in enumerate([*characters, *(c + "</w>" for c in characters), begin, end])}
words = folder / "tokenizer"
words.mkdir(parents=True, exist_ok=True)
(words / "vocab.json").write_text(json.dumps(vocabulary))
(words / "merges.txt").write_text("#version: 0.2\n")
special = {"bos_token": begin, "eos_token": end, "unk_token": end, "pad_token": end}
(words / "special_tokens_map.json").write_text(json.dumps(special))
(words / "tokenizer_config.json").write_text(
    json.dumps({"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, **special})
)

text_encoder = CLIPTextModel(
    CLIPTextConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        bos_token_id=vocabulary[begin], eos_token_id=vocabulary[end], pad_token_id=vocabulary[end],
    )
)
unet = UNet2DConditionModel(
    sample_size=16, layers_per_block=1, block_out_channels=(32, 64), norm_num_groups=8, attention_head_dim=8,
    cross_attention_dim=32, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
)
vae = AutoencoderKL(
    block_out_channels=(8, 8, 16, 16), norm_num_groups=4, latent_channels=4, sample_size=128,
    down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
)
StableDiffusionPipeline(
    vae=vae, text_encoder=text_encoder, tokenizer=CLIPTokenizer.from_pretrained(str(words)), unet=unet,
    scheduler=DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1),
    safety_checker=None, feature_extractor=None, requires_safety_checker=False,
).save_pretrained(str(folder))
