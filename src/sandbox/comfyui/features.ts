/** 100 MB, for every request body but assets. */
export const MAX_BODY_BYTES = 104_857_600;

export const comfyVersion = '0.33.0';

/** /features, and the websocket's answer to `feature_flags`. */
export const serverFeatures = {
  supports_preview_metadata: true,
  max_upload_size: MAX_BODY_BYTES,
  supports_model_type_tags: true,
  extension: { manager: { supports_v4: true } },
  node_replacements: true,
  assets: false,
};
