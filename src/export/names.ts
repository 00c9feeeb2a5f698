import { slugOf } from '../report/names.js';

/** LoRA managers pair a preview with its LoRA by the name. */
export const stemOf = (name: string, step: number): string => `${slugOf(name)}-${step}`;
export const loraName = (stem: string): string => `${stem}.safetensors`;
export const previewName = (stem: string): string => `${stem}.png`;

export const cardName = 'README.md';
export const evidenceName = 'evidence.json';

/** Where its report goes unless a person says otherwise. */
export const reportFolderOf = (runId: string): string => `azit-report-${runId}`;

/** Where a run's LoRA goes unless a person says otherwise: in another format it is another file. */
export const loraFolderOf = (runId: string, format?: string): string =>
  `azit-lora-${runId}${format ? `-${format}` : ''}`;
