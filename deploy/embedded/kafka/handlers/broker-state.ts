import type { Logger } from 'pino';
import type { GroupCoordinator } from '../groups/group-coordinator.ts';
import type { TopicCatalog } from '../topics/topic-catalog.ts';

/** Names this broker in answers; with one broker any number does. */
export const NODE_ID = 1;

/** What the handlers work on. */
export type BrokerState = {
  readonly catalog: TopicCatalog;
  readonly groups: GroupCoordinator;
  readonly log: Logger;
};

/** Who asks. */
export type RequestContext = {
  readonly clientId: string;
  readonly clientHost: string;
  readonly brokerHost: string;
  readonly brokerPort: number;
  readonly gone: AbortSignal;
};
