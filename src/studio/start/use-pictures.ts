import { parseDocument } from 'yaml';
import { nestsTooDeeply } from '../../project/nesting.js';
import type { TrayPlace } from './tray.js';

/** Names dropped images in a project file; what else stands there stays, comments too. @returns null where it is no YAML mapping */
export function withPictures(text: string, place: TrayPlace, name: string): string | null {
  if (nestsTooDeeply(text)) return null;
  const document = parseDocument(text === '' ? '{}' : text);
  if (document.errors.length > 0) return null;
  try {
    if (place === 'anchor') {
      document.setIn(['anchor', 'image'], `./anchor/${name}`);
      document.deleteIn(['anchor', 'prompt']);
      document.deleteIn(['dataset', 'images']);
    } else {
      document.setIn(['dataset', 'images'], './pictures');
      // Own images stand in for the stages that need a first face.
      document.delete('anchor');
    }
    return document.toString({ lineWidth: 100 });
  } catch {
    return null;
  }
}
