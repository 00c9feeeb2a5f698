import { removeTemporaryFolders } from './folder.js';

export const mochaHooks = { afterAll: removeTemporaryFolders };
