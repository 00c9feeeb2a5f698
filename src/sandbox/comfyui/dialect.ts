import { MAX_BODY_BYTES } from './limits.js';

/** What differs between the versions of ComfyUI that the sandbox can be, as far as a client can see it. */
export interface Dialect {
  version: string;
  /** /features, and the websocket's answer to `feature_flags`. */
  features: Record<string, unknown>;
  hasJobs: boolean;
  /** Switched off where it is there. */
  hasAssets: boolean;
  /** Prompt ids have to be canonical lower-case UUIDs, nodes and extra_data objects. */
  isStrict: boolean;
  /** `missing_node_type` and `dependency_cycle`, where an older one says less. */
  namesCauses: boolean;
  /** Adds create_time to extra_data, and keeps the keys of paid services to itself. */
  stampsPrompts: boolean;
  /** Nodes that save give their pictures on. */
  savingGivesOn: boolean;
  /** /view forbids browsers to take what it sends for a page. */
  guardsViews: boolean;
  coloursLog: boolean;
  /** Refuses what a page of another site fetches (Sec-Fetch-Site). */
  refusesCrossSite: boolean;
}

const common = { supports_preview_metadata: true, max_upload_size: MAX_BODY_BYTES };
const all = (value: boolean) => ({
  hasJobs: value,
  hasAssets: value,
  isStrict: value,
  namesCauses: value,
  stampsPrompts: value,
  savingGivesOn: value,
  guardsViews: value,
  coloursLog: value,
  refusesCrossSite: value,
});

export const dialects = {
  '0.33.0': {
    version: '0.33.0',
    features: {
      ...common,
      supports_model_type_tags: true,
      extension: { manager: { supports_v4: true } },
      node_replacements: true,
      assets: false,
    },
    ...all(true),
  },
  '0.3.64': { version: '0.3.64', features: common, ...all(false) },
} satisfies Record<string, Dialect>;

export type ComfyVersion = keyof typeof dialects;
export const comfyVersions = Object.keys(dialects) as [ComfyVersion, ...ComfyVersion[]];
