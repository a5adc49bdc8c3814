import type { ClusterAccess } from './kafka-cluster.ts';
import { MessageTooLarge } from './kafka-errors.ts';
import { protocolError, sendProduceRequest } from './kafka-internals.ts';
import { partitionOf } from './kafka-partitioner.ts';
import {
  decodeProduceResponse,
  encodeProduceRequest,
  type PartitionAnswer,
  type PartitionRecords,
  type ProduceRecord,
} from './kafka-produce-request.ts';

export type Outgoing = {
  readonly topic: string;
  /** Decides the partition; messages of one key stay in order. */
  readonly key: string | Buffer;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  /** ms since the epoch; without it the time of sending. */
  readonly timestamp?: number;
};

/** Messages that were not acknowledged, with the reason. */
export type ProduceFailure<Message> = { readonly messages: readonly Message[]; readonly error: unknown };

type Share<Message> = PartitionRecords & { readonly nodeId: string; readonly messages: readonly Message[] };

/**
 * Sends each message to the leader of its partition, one request a broker, and waits for all answers. Gives the
 * messages that were not acknowledged; throws when it could not begin.
 */
export async function produce<Message extends Outgoing>(
  access: ClusterAccess,
  messages: readonly Message[],
  limits: { readonly timeoutMs: number; readonly bytesExpected: number },
): Promise<ProduceFailure<Message>[]> {
  await access.prepare([...new Set(messages.map(({ topic }) => topic))]);
  const byBroker = Map.groupBy(shareOut(access, messages), ({ nodeId }) => nodeId);
  const failures = await Promise.all(
    [...byBroker].map(async ([nodeId, shares]) => produceToBroker(access, nodeId, shares, limits)),
  );
  return failures.flat();
}

function shareOut<Message extends Outgoing>(access: ClusterAccess, messages: readonly Message[]): Share<Message>[] {
  type Draft = { readonly topic: string; readonly partition: number; records: ProduceRecord[]; messages: Message[] };
  const drafts = new Map<string, Draft[]>();
  for (const message of messages) {
    const { topic } = message;
    const key = typeof message.key === 'string' ? Buffer.from(message.key) : message.key;
    let ofTopic = drafts.get(topic);
    if (ofTopic === undefined) {
      const count = access.partitionCount(topic);
      ofTopic = Array.from({ length: count }, (_, partition) => ({ topic, partition, records: [], messages: [] }));
      drafts.set(topic, ofTopic);
    }
    const draft = ofTopic[partitionOf(key, ofTopic.length)];
    draft?.messages.push(message);
    draft?.records.push({ key, value: message.value, headers: message.headers, timestamp: message.timestamp });
  }
  return [...drafts.values()]
    .flat()
    .filter(({ records }) => records.length > 0)
    .map((draft) => ({ ...draft, nodeId: access.leaderOf(draft.topic, draft.partition) }));
}

async function produceToBroker<Message>(
  access: ClusterAccess,
  nodeId: string,
  shares: readonly Share<Message>[],
  { timeoutMs, bytesExpected }: { readonly timeoutMs: number; readonly bytesExpected: number },
): Promise<ProduceFailure<Message>[]> {
  try {
    const broker = await access.broker(nodeId);
    const body = encodeProduceRequest(shares, { timeoutMs, nowMs: Date.now(), bytesExpected });
    const { answers } = await sendProduceRequest(broker, body, decodeProduceResponse);
    return shares.flatMap((share) => {
      const code = errorCodeOf(answers, share);
      return code === 0 ? [] : [{ messages: share.messages, error: toError(code, share) }];
    });
  } catch (error) {
    return [{ messages: shares.flatMap(({ messages }) => messages), error }];
  }
}

const unknownServerError = -1;
const messageTooLarge = 10;
const recordListTooLarge = 18;

function toError(code: number, { topic }: PartitionRecords): Error {
  return code === messageTooLarge || code === recordListTooLarge
    ? new MessageTooLarge(`the brokers take no such message in ${topic}`)
    : protocolError(code);
}

const topicErrors = new Set<unknown>([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
]);

/** True of an error that is about these messages or their topic, and says nothing of the others in the request. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof MessageTooLarge) return true;
  return error instanceof Error && 'type' in error && topicErrors.has(error.type);
}

/** A partition that the answer does not name counts as not acknowledged. */
function errorCodeOf(answers: readonly PartitionAnswer[], { topic, partition }: PartitionRecords): number {
  const answer = answers.find((each) => each.partition === partition && each.topic === topic);
  return answer?.errorCode ?? unknownServerError;
}
