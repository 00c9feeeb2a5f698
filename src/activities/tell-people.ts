import type { Outbox } from '../notify/index.js';
import type { Activities } from '../run/activities.js';

/** @param outbox null: the worker was told of nobody */
export const createNoticeActivities = ({
  outbox,
}: {
  outbox: Outbox | null;
}): Pick<Activities['pipeline'], 'tellPeople'> => ({
  async tellPeople(notice): Promise<void> {
    await outbox?.put(notice);
  },
});
