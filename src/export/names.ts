import { slugOf } from '../report/names.js';

/** LoRA managers pair a preview with its LoRA by the name. */
export const stemOf = (name: string, step: number): string => `${slugOf(name)}-${step}`;
export const loraName = (stem: string): string => `${stem}.safetensors`;
export const previewName = (stem: string): string => `${stem}.png`;

export const cardName = 'README.md';
export const evidenceName = 'evidence.json';

/** Where a run's LoRA goes unless a person says otherwise. */
export const loraFolderOf = (runId: string): string => `azit-lora-${runId}`;
