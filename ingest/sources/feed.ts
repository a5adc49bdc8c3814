import type { Logger } from '../../runtime/logger.ts';
import { pause } from '../../runtime/retry.ts';
import type { Event } from '../../schemas/events.ts';
import type { Source } from '../dialect.ts';
import { type Dialect, judge } from '../judging.ts';
import { eventMessage, type Message } from '../publishing.ts';
import type { SentRecord } from '../records.ts';
import type { Credential } from './credential.ts';
import type { Delivery } from './delivery.ts';
import type { SourceMetrics } from './source-metrics.ts';

/** Where a source puts what it reads. Awaiting it before reading on is what keeps memory bounded. */
export type Feed<Mark> = {
  /** Who publishes, for records received at `observedAtUs`. Waits as long as the key is not known to be good. */
  readonly source: (observedAtUs: number) => Promise<Source>;
  /**
   * Judges records that were read together and sees to their delivery, events of the source's own before them; `mark`
   * goes to the checkpoint when all of it is safe. Resolves when there is room for more.
   */
  readonly take: (read: {
    own: readonly Event[];
    records: readonly SentRecord[];
    source: Source;
    mark: Mark;
  }) => Promise<void>;
};

export type FeedParts<Mark> = {
  readonly dialect: Dialect;
  readonly askedSwitchId: string | null;
  readonly credential: () => Credential;
  readonly delivery: Delivery<Mark>;
  readonly metrics: SourceMetrics;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

const askAgainMs = 500;

export const createFeed = <Mark>(parts: FeedParts<Mark>): Feed<Mark> => {
  const { dialect, askedSwitchId, delivery, metrics, logger, signal } = parts;
  const onBug = (error: unknown): void => logger.error({ err: error }, 'a record could not be read: it is kept');
  return {
    source: async (observedAtUs) => {
      const { tenantId, switchId: boundSwitchId } = await validOwner(parts);
      return { tenantId, boundSwitchId, askedSwitchId, observedAtUs };
    },
    take: async ({ own, records, source, mark }) => {
      const judgement = await judge(records, dialect, source, onBug);
      metrics.judged(judgement);
      const messages: Message[] = [...own.map(eventMessage), ...judgement.messages];
      signal.throwIfAborted();
      await delivery.send(messages, mark);
    },
  };
};

/** Nothing may be published without a good key, and nothing dropped: until there is one, nothing is read. */
const validOwner = async <Mark>({ credential, logger, signal }: FeedParts<Mark>) => {
  for (let told = ''; ; ) {
    const now = credential();
    switch (now.kind) {
      case 'valid':
        return now.owner;
      case 'refused':
        if (told !== now.reason)
          logger.error({ reason: now.reason }, 'the key is refused: nothing is read until it is good');
        told = now.reason;
        break;
      case 'unread':
        break;
    }
    await pause(askAgainMs, signal);
  }
};
