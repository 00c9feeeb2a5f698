import { lackOfServer, type ComfyClient } from '../comfyui/index.js';
import { lackOfWorker, type LackOf } from './lack.js';

/** Of one that renders: what any worker may lack, and its server's. */
export const lackOfRenderer =
  (comfy: Pick<ComfyClient, 'hasByNow'>): LackOf =>
  (error) => {
    const lack = lackOfServer(error);
    if (!lack) return lackOfWorker(error);
    return { error: lack, words: lack.message, ...(lack.wanted && { isCured: () => comfy.hasByNow(lack) }) };
  };
