import type { Publisher, RecordBatch } from '../../runtime/kafka.ts';
import { deadLetterMessage } from '../../schemas/dead-letters.ts';
import { takeSwitchEvents } from './switch-intake.ts';
import type { SwitchStore } from './switch-store.ts';

/** Keeps a batch of `switch-events`; gives the types of what was kept. Doing it again changes nothing. */
export const keepSwitchEvents = async (
  batch: RecordBatch,
  store: SwitchStore,
  publisher: Publisher,
): Promise<readonly string[]> => {
  const { rows, signs, refused } = takeSwitchEvents(batch);
  await store.insertEvents(rows);
  await store.insertSigns(signs);
  await publisher.publish(refused.map(deadLetterMessage));
  return rows.map(({ type }) => type);
};
