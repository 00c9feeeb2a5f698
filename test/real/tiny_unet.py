"""What the tiny models with a UNet share: random weights, their names in a checkpoint, the LoRA folded in."""
import torch
from safetensors.torch import load_file
from tiny_files import random, save, snapshot
from tiny_sd3 import small_autoencoder


def tiny_unet(**config):
    from diffusers import UNet2DConditionModel

    model = UNet2DConditionModel(sample_size=8, **config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                weight.copy_(random(name, *weight.shape, std=weight[0].numel() ** -0.5))
            elif name.endswith("bias"):
                weight.copy_(random(name, *weight.shape, std=0.02))
    return model.half()


RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0",
    "conv2": "out_layers.3", "conv_shortcut": "skip_connection",
}  # fmt: skip
ENDS = {
    "conv_in": "input_blocks.0.0", "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
    "conv_norm_out": "out.0", "conv_out": "out.2",
}  # fmt: skip


def checkpoint_name(module, config):
    """In a checkpoint: `down_blocks.0.resnets.0.conv1` is `input_blocks.1.0.in_layers.2`."""
    if module in ENDS:
        return ENDS[module]
    side, *words = module.split(".")
    if side == "mid_block":
        kind, index, *inner = words
        place = "middle_block.1" if kind == "attentions" else f"middle_block.{2 * int(index)}"
    else:
        level, kind, index, *inner = words
        blocks = config.layers_per_block
        first = int(level) * (blocks + 1)
        if kind == "downsamplers":
            return f"input_blocks.{first + blocks + 1}.0.op"
        if kind == "upsamplers":
            # After the level's last block, and after its attention where it has one.
            return f"output_blocks.{first + blocks}.{2 if 'CrossAttn' in config.up_block_types[int(level)] else 1}.conv"
        start, number = ("input_blocks", first + 1) if side == "down_blocks" else ("output_blocks", first)
        place = f"{start}.{number + int(index)}.{1 if kind == 'attentions' else 0}"
    return ".".join([place, *(RESNET[word] if kind == "resnets" else word for word in inner)])


def save_checkpoint(path, unet, text_encoders, scale):
    """With the small kind of autoencoder (TAESD)."""
    weights = {}
    for name, tensor in unet.state_dict().items():
        module, part = name.rsplit(".", 1)
        weights[f"{checkpoint_name(module, unet.config)}.{part}"] = tensor
    encoder, decoder = small_autoencoder(latent_channels=4)
    parts = {
        "model.diffusion_model.": weights,
        **text_encoders,
        "first_stage_model.taesd_encoder.": encoder,
        "first_stage_model.taesd_decoder.": decoder,
        "first_stage_model.": {"vae_scale": torch.tensor(scale)},
    }
    save(path, {prefix + name: tensor for prefix, part in parts.items() for name, tensor in part.items()})


def save_for_trainer(home, repository, pipeline, **parts):
    """As if it came from the hub; with another autoencoder, of which only the trainer sees the latents."""
    from diffusers import AutoencoderKL, DDPMScheduler

    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16), norm_num_groups=4, latent_channels=4, sample_size=64,
    )  # fmt: skip
    scheduler = DDPMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )
    pipeline(vae=vae, scheduler=scheduler, **parts).save_pretrained(str(snapshot(home, repository)))


def fold(unet, checkpoint, lora, folded):
    """The LoRA added to the weights by hand: what a loader that applies all of it must come to."""
    weights = load_file(checkpoint) if checkpoint.suffix == ".safetensors" else torch.load(checkpoint)
    lora = load_file(lora)
    modules = {f"lora_unet_{name.replace('.', '_')}": name for name, _ in unet.named_modules()}
    names = {key.split(".")[0] for key in lora}
    assert len(lora) == 3 * len(names), "the file holds more than down, up and alpha"
    for name in weights:
        if name.startswith("model.diffusion_model."):
            weights[name] = weights[name].float()
    for name in names:
        low, high = lora[f"{name}.lora_down.weight"].float(), lora[f"{name}.lora_up.weight"].float()
        weight = weights[f"model.diffusion_model.{checkpoint_name(modules[name], unet.config)}.weight"]
        scale = float(lora[f"{name}.alpha"]) / low.shape[0]
        weight += scale * (high.flatten(1) @ low.flatten(1)).reshape(weight.shape)
    save(folded, weights)
    print(len(names))
