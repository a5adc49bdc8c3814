import type { Publisher } from '../../runtime/kafka.ts';
import { deadLetterMessage } from '../../schemas/dead-letters.ts';
import type { DeadLetterSink } from './ports.ts';

/** Publishes dead letters; resolves when the log has them. */
export const deadLetterSink = (publisher: Publisher): DeadLetterSink => ({
  publish: async (letters) => publisher.publish(letters.map(deadLetterMessage)),
});
