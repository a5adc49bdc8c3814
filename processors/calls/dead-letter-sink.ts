import type { Publisher } from '../../runtime/kafka.ts';
import { encodeDeadLetter } from '../../schemas/dead-letters.ts';
import { topics } from '../../schemas/topics.ts';
import type { DeadLetterSink } from './ports.ts';

/** Publishes dead letters; resolves when the log has them. */
export const deadLetterSink = (publisher: Publisher): DeadLetterSink => ({
  publish: async (letters) =>
    publisher.publish(
      letters.map((letter) => ({
        topic: topics.deadLetters,
        key: `${letter.tenant_id}:${letter.quarantine_id}`,
        value: encodeDeadLetter(letter),
      })),
    ),
});
