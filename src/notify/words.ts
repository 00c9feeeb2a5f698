import type { Notice, NoticeKind } from '../run/notice.js';

const titles: Record<NoticeKind, string> = {
  'needs-help': 'needs help',
  waiting: 'is waiting for you',
  done: 'is done',
  failed: 'failed',
};

export const titleOf = ({ kind, run }: Notice): string => `${run.name} ${titles[kind]}`;

export const linkOf = ({ run }: Notice, studio: string | undefined): string | null =>
  studio === undefined
    ? null
    : new URL(`run/${encodeURIComponent(run.id)}/`, studio.endsWith('/') ? studio : `${studio}/`).href;

/** @param link to its page, where there is a studio that others reach */
export function bodyOf(notice: Notice, link: string | null): string {
  const { text, fix, run } = notice;
  return [
    text,
    ...(fix ? [`Fix: ${fix}`] : []),
    link ?? `azit status ${run.id}`,
    `Run ${run.id}, model ${run.model}.`,
  ].join('\n');
}
