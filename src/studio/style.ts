import { screenStyle } from '../report/html/style.js';
import { askRules } from './style-ask.js';
import { frameRules } from './style-frame.js';

/** The report's look, and what a page that is worked with needs besides. */
export const studioStyle = (): string => [screenStyle(), frameRules, askRules].join('\n');
