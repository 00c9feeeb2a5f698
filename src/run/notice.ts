/** What a person may be told of, wherever they are. */
export const noticeKinds = ['needs-help', 'waiting', 'done', 'failed'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Names and sentences alone: no image, no prompt, no path. */
export interface Notice {
  /** The same however often it is tried. */
  id: string;
  kind: NoticeKind;
  /** ISO 8601 */
  at: string;
  run: { id: string; name: string; model: string };
  /** One sentence: what it waits for, what is wrong, how it ended. */
  text: string;
  /** Of what needs help. */
  fix?: string;
}
