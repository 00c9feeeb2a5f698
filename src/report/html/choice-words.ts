import type { ReportData } from '../../run/record.js';

/** What the step that stands out is: while a person is asked for the checkpoint, the rule has only proposed one. */
export const standOutWord = ({ waitingFor }: Pick<ReportData, 'waitingFor'>): 'chosen' | 'proposed' =>
  waitingFor?.gate === 'checkpoint' ? 'proposed' : 'chosen';

export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
