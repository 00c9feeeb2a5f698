/** What a value may be. A size or a count is above 0. */
export type Kind =
  | 'number'
  | 'numbers'
  | 'size'
  | 'integer'
  | 'count'
  | 'counts'
  | 'boolean'
  | 'text'
  | 'texts'
  | 'settings'
  | 'list of settings';

/** Keys of one kind, in ai-toolkit's own spelling ("paramiter" is theirs). */
const all = (kind: Kind, keys: string): Record<string, Kind> =>
  Object.fromEntries(
    keys
      .trim()
      .split(/\s+/)
      .map((key) => [key, kind]),
  );

/**
 * The keys that a project file may set, by section of `config.process[0]` (`datasets`: of its one dataset). ai-toolkit
 * ignores unknown keys silently, so what is not listed here is an error. Complete for 0.12.26 (its
 * toolkit/config_modules.py), but for those that `refusals` keeps out.
 */
export const aiToolkitKeys: Record<string, Record<string, Kind>> = {
  network: {
    ...all('text', 'type'),
    ...all('number', 'linear_alpha conv_alpha dropout'),
    ...all('integer', 'conv lokr_factor'),
    ...all(
      'boolean',
      'transformer_only lokr_full_rank old_lokr_format split_multistage_loras layer_offloading all_layers',
    ),
    ...all('settings', 'network_kwargs'),
  },
  save: all('text', 'dtype'),
  train: {
    ...all('size', 'lr'),
    ...all(
      'number',
      `unet_lr text_encoder_lr refiner_lr embedding_lr adapter_lr max_grad_norm weight_jitter
      min_snr_gamma snr_gamma noise_offset noise_multiplier target_noise_multiplier random_noise_multiplier
      random_noise_shift batch_noise_correction_scale signal_amplification_strength signal_correction_noise_scale
      img_multiplier latent_multiplier noisy_latent_multiplier reg_weight prompt_dropout_prob match_adapter_chance
      inverted_mask_prior_multiplier diff_output_preservation_multiplier blank_prompt_preservation_multiplier
      cfg_scale max_cfg_scale cfg_rescale correct_pred_norm_multiplier pred_scaler prompt_saturation_chance
      target_norm_std target_norm_std_value paramiter_swapping_factor latent_feature_loss_weight
      diffusion_feature_extractor_weight differential_guidance_scale audio_loss_multiplier max_loss`,
    ),
    ...all('numbers', 'guidance_loss_target'),
    ...all('count', 'batch_size gradient_accumulation'),
    ...all(
      'integer',
      `gradient_accumulation_steps min_denoising_steps max_denoising_steps
      num_train_timesteps max_negative_prompts next_sample_timesteps optimal_noise_pairing_samples
      switch_boundary_every`,
    ),
    ...all(
      'boolean',
      `train_unet train_text_encoder train_refiner train_turbo gradient_checkpointing xformers sdp free_u
      learnable_snr_gos do_signal_correction_noise do_batch_noise_correction do_signal_amplification
      adaptive_scaling_factor match_noise_norm short_and_long_captions short_and_long_captions_encoder_split
      single_item_batching match_adapter_assist inverted_mask_prior diff_output_preservation
      blank_prompt_preservation standardize_images standardize_latents dynamic_noise_offset do_cfg do_random_cfg
      correct_pred_norm t0_loss_target t0_velocity_equiv_weight do_fft_loss do_fft_velocity_equiv_weight
      do_prior_divergence linear_timesteps linear_timesteps2 unload_text_encoder cache_text_embeddings
      do_paramiter_swapping bypass_guidance_embedding force_consistent_noise blended_blur_noise do_guidance_loss
      do_guidance_loss_cfg_zero do_differential_guidance do_blank_stabilization max_loss_debug`,
    ),
    ...all(
      'text',
      `noise_scheduler content_or_style optimizer lr_scheduler dtype attention_backend loss_type loss_target
      timestep_type diff_output_preservation_class negative_prompt unconditional_prompt guidance_loss_schedule
      adapter_assist_type`,
    ),
    ...all('settings', 'optimizer_params lr_scheduler_params ema_config'),
  },
  model: {
    ...all('number', 'layer_offloading_transformer_percent layer_offloading_text_encoder_percent refiner_start_at'),
    ...all('integer', 'text_encoder_bits unet_sample_size cache_size_limit'),
    ...all(
      'boolean',
      `quantize quantize_te low_vram layer_offloading auto_memory attn_masking compile block_compile
      compile_fullgraph compile_dynamic is_v_pred use_flux_cfg use_text_encoder_1 use_text_encoder_2 experimental_xl
      in_context`,
    ),
    ...all('text', 'dtype vae_dtype te_dtype qtype qtype_te compile_mode latent_space_version'),
    ...all('texts', 'ignore_if_contains only_if_contains'),
    ...all('settings', 'model_kwargs quantize_kwargs'),
  },
  datasets: {
    ...all('number', 'caption_dropout_rate token_dropout_rate network_weight scale mask_min_value loss_multiplier'),
    ...all('numbers', 'extra_values'),
    ...all('count', 'batch_size'),
    ...all('counts', 'resolution'),
    ...all(
      'integer',
      `keep_tokens num_workers prefetch_factor cache_latents_num_workers bucket_tolerance
      random_triggers_max`,
    ),
    ...all(
      'boolean',
      `shuffle_tokens cache_latents cache_latents_to_disk cache_tensors_to_disk cache_clip_vision_to_disk
      cache_text_embeddings load_image_when_caching_latents buckets random_crop random_scale square_crop flip_x flip_y
      alpha_mask invert_mask prior_reg standardize_images shuffle_augmentations replay_transforms use_short_captions
      fast_image_size debug`,
    ),
    ...all('text', 'guidance_type'),
    ...all('texts', 'augments replacements random_triggers'),
    ...all('list of settings', 'augmentations'),
  },
};

/** Keys that have their place elsewhere in the project file. */
export const keysElsewhere: Record<string, string> = {
  trigger_word: 'trigger',
  training_seed: 'training.seed',
  'network.linear': 'training.rank',
  'network.rank': 'training.rank',
  'network.alpha': 'training.override.network.linear_alpha',
  'save.save_every': 'training.saveEvery',
  'train.steps': 'training.steps',
  'train.validation_config': 'training.validateEvery',
  'datasets.trigger_word': 'trigger',
  'datasets.diff_output_preservation': 'training.override.train.diff_output_preservation',
  'datasets.diff_output_preservation_class': 'training.override.train.diff_output_preservation_class',
};

const workers = 'is set by the worker, not in a project file.';
const soundness = 'is set by AZIT: publishing checkpoints and resuming depend on it.';
const picturesOnly = 'does not apply: AZIT trains one person on images and captions.';

/** Keys of ai-toolkit's that a project file may not set, and why; the first match counts. */
export const refusals: [RegExp, string][] = [
  [/^(type|name|device|training_folder|log_dir|sqlite_db_path)$/, workers],
  [/(^|[._])(path|paths|folder|dir|repo_id|token|name_or_path|arch|device)$/, workers],
  [/^save\.(push_to_hub|hf_.*)$/, workers],
  [/^model\.(control_path_.*|accuracy_recovery_adapter|split_model_.*|is_.*)$/, workers],
  [/^datasets\.(type|control_path_\d)$/, workers],
  [/^(performance_log_every|logging|sample|first_sample)$/, soundness],
  [/^save\.(max_step_saves_to_keep|save_format)$/, soundness],
  [/^train\.(start_step|disable_sampling|skip_first_sample|force_first_sample|show_turbo_outputs)$/, soundness],
  [/^train\.merge_network_on_save.*$/, soundness],
  [/^datasets\.(caption_ext|caption_type|default_caption|num_repeats|is_reg)$/, soundness],
  [/^(adapter|embedding|decorator|guidance|torch_profiler|slider|do_lorm|lorm_.*)$/, picturesOnly],
  [/^network\.lorm$/, picturesOnly],
  [/^datasets\.(controls|control_.*|num_controls_.*|full_size_control_images|clip_image_.*|poi)$/, picturesOnly],
  [/^datasets\.(num_frames|fps|shrink_video_to_frames|.*auto_frame_count.*|do_i2v|do_audio|audio_.*)$/, picturesOnly],
];
