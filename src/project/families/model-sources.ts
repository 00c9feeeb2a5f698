export interface ModelSource {
  /** Where ComfyUI's own templates tell to get it. */
  url: string;
  /** 10^9 bytes or nearly, as the templates say; absent: they do not. */
  gigabytes?: number;
}

const hub = 'https://huggingface.co';
const qwenImage = `${hub}/Comfy-Org/Qwen-Image_ComfyUI/resolve/main/split_files`;

/** By file. Read in comfyui-workflow-templates-json 0.1.123; what stands there for no file is left out. */
const sources: Readonly<Record<string, ModelSource>> = {
  'sd_xl_base_1.0.safetensors': {
    url: `${hub}/stabilityai/stable-diffusion-xl-base-1.0/resolve/main/sd_xl_base_1.0.safetensors`,
    gigabytes: 6.46,
  },
  'sd3.5_large_fp8_scaled.safetensors': {
    url: `${hub}/Comfy-Org/stable-diffusion-3.5-fp8/resolve/main/sd3.5_large_fp8_scaled.safetensors`,
    gigabytes: 13.91,
  },
  'flux1-dev.safetensors': {
    url: `${hub}/Comfy-Org/flux1-dev/resolve/main/flux1-dev.safetensors`,
    gigabytes: 22.17,
  },
  'flux1-dev-kontext_fp8_scaled.safetensors': {
    url: `${hub}/Comfy-Org/flux1-kontext-dev_ComfyUI/resolve/main/split_files/diffusion_models/flux1-dev-kontext_fp8_scaled.safetensors`,
    gigabytes: 11.09,
  },
  'clip_l.safetensors': {
    url: `${hub}/comfyanonymous/flux_text_encoders/resolve/main/clip_l.safetensors`,
    gigabytes: 0.235,
  },
  't5xxl_fp16.safetensors': {
    url: `${hub}/comfyanonymous/flux_text_encoders/resolve/main/t5xxl_fp16.safetensors`,
    gigabytes: 9.12,
  },
  'ae.safetensors': {
    url: `${hub}/Comfy-Org/z_image_turbo/resolve/main/split_files/vae/ae.safetensors`,
    gigabytes: 0.32,
  },
  'qwen_image_fp8_e4m3fn.safetensors': {
    url: `${qwenImage}/diffusion_models/qwen_image_fp8_e4m3fn.safetensors`,
    gigabytes: 19.03,
  },
  'qwen_image_2512_fp8_e4m3fn.safetensors': {
    url: `${qwenImage}/diffusion_models/qwen_image_2512_fp8_e4m3fn.safetensors`,
    gigabytes: 19.03,
  },
  'qwen_2.5_vl_7b_fp8_scaled.safetensors': {
    url: `${qwenImage}/text_encoders/qwen_2.5_vl_7b_fp8_scaled.safetensors`,
    gigabytes: 8.74,
  },
  'qwen_image_vae.safetensors': { url: `${qwenImage}/vae/qwen_image_vae.safetensors`, gigabytes: 0.242 },
  'qwen_image_edit_2511_bf16.safetensors': {
    url: `${hub}/Comfy-Org/Qwen-Image-Edit_ComfyUI/resolve/main/split_files/diffusion_models/qwen_image_edit_2511_bf16.safetensors`,
    gigabytes: 38.05,
  },
  'qwen-image-edit-2511-multiple-angles-lora.safetensors': {
    url: `${hub}/fal/Qwen-Image-Edit-2511-Multiple-Angles-LoRA/resolve/main/qwen-image-edit-2511-multiple-angles-lora.safetensors`,
    gigabytes: 0.282,
  },
  'z_image_turbo_bf16.safetensors': {
    url: `${hub}/Comfy-Org/z_image_turbo/resolve/main/split_files/diffusion_models/z_image_turbo_bf16.safetensors`,
    gigabytes: 11.46,
  },
  'qwen_3_4b.safetensors': {
    url: `${hub}/Comfy-Org/z_image_turbo/resolve/main/split_files/text_encoders/qwen_3_4b.safetensors`,
    gigabytes: 7.49,
  },
  'flux-2-klein-base-4b.safetensors': {
    url: `${hub}/Comfy-Org/flux2-klein/resolve/main/split_files/diffusion_models/flux-2-klein-base-4b.safetensors`,
    gigabytes: 7.22,
  },
  'flux2-vae.safetensors': {
    url: `${hub}/Comfy-Org/flux2-dev/resolve/main/split_files/vae/flux2-vae.safetensors`,
    gigabytes: 0.321,
  },
  // Behind Black Forest Labs' agreement.
  'flux-2-klein-base-9b-fp8.safetensors': { url: `${hub}/black-forest-labs/FLUX.2-klein-base-9b-fp8` },
  'qwen_3_8b_fp8mixed.safetensors': {
    url: `${hub}/Comfy-Org/flux2-klein-9B/resolve/main/split_files/text_encoders/qwen_3_8b_fp8mixed.safetensors`,
    gigabytes: 8.07,
  },
  'full_encoder_small_decoder.safetensors': {
    url: `${hub}/black-forest-labs/FLUX.2-small-decoder/resolve/main/full_encoder_small_decoder.safetensors`,
    gigabytes: 0.238,
  },
  'qwen_image_2.1_int8_convrot.safetensors': {
    url: `${hub}/Comfy-Org/Qwen-Image-2.1/resolve/main/diffusion_models/qwen_image_2.1_int8_convrot.safetensors`,
  },
  'qwen3vl_8b_int8_convrot.safetensors': {
    url: `${hub}/Comfy-Org/Qwen-Image-2.1/resolve/main/text_encoders/qwen3vl_8b_int8_convrot.safetensors`,
  },
  'qwen_image_2.1_vae_bf16.safetensors': {
    url: `${hub}/Comfy-Org/Qwen-Image-2.1/resolve/main/vae/qwen_image_2.1_vae_bf16.safetensors`,
  },
  'krea2_turbo_fp8_scaled.safetensors': {
    url: `${hub}/Comfy-Org/Krea-2/resolve/main/diffusion_models/krea2_turbo_fp8_scaled.safetensors`,
    gigabytes: 12.24,
  },
  'qwen3vl_4b_fp8_scaled.safetensors': {
    url: `${hub}/Comfy-Org/Krea-2/resolve/main/text_encoders/qwen3vl_4b_fp8_scaled.safetensors`,
    gigabytes: 4.88,
  },
};

export const sourceOf = (file: string): ModelSource | null => (Object.hasOwn(sources, file) ? sources[file] : null);
