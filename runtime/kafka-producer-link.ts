import type { Message, TopicMessages } from 'kafkajs';
import type { KafkaConnection } from './kafka-connection.ts';
import { MessageTooLarge } from './kafka-errors.ts';
import { keyPartitioner } from './kafka-partitioner.ts';

export type Outgoing = {
  readonly topic: string;
  /** Decides the partition; messages of one key stay in order. */
  readonly key: string | Buffer;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  /** ms since the epoch; without it the time of sending. */
  readonly timestamp?: number;
};

/** One way to the brokers that takes one request at a time and knows whether it works. */
export type ProducerLink = {
  send(messages: readonly Outgoing[], timeoutMs: number): Promise<void>;
  /** True of an error that the same messages would meet again. */
  isRefusal(error: unknown): boolean;
  isUp(): boolean;
  lastError(): unknown;
  /** Counts the link as down until the brokers answer again. */
  markDown(error: unknown): void;
  close(): Promise<void>;
};

const probeIntervalMs = 500;

export async function createProducerLink(kafka: KafkaConnection, timeoutMs: number): Promise<ProducerLink> {
  const producer = kafka
    .client({ retries: 1, initialRetryMs: 100, maxRetryMs: 500, requestTimeoutMs: timeoutMs })
    .producer({ createPartitioner: keyPartitioner, allowAutoTopicCreation: false, idempotent: false });
  let down: unknown;
  let probe: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    try {
      await producer.connect();
      down = undefined;
    } catch (error) {
      markDown(error);
    }
  }

  function markDown(error: unknown): void {
    if (down === undefined) kafka.logger.warn({ err: error }, 'Kafka is unavailable');
    down = error;
    clearTimeout(probe);
    probe = setTimeout(() => void connect(), probeIntervalMs).unref();
  }

  await connect();
  return {
    send: async (messages, timeoutMs) => {
      await producer.sendBatch({ acks: -1, timeout: Math.max(1, timeoutMs), topicMessages: byTopic(messages) });
    },
    isRefusal: (error) => error instanceof MessageTooLarge,
    isUp: () => down === undefined,
    lastError: () => down,
    markDown,
    close: async () => {
      clearTimeout(probe);
      await producer.disconnect();
    },
  };
}

function byTopic(messages: readonly Outgoing[]): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, timestamp, headers, ...message } of messages) {
    const list = topics.get(topic) ?? [];
    topics.set(topic, list);
    list.push({
      ...message,
      ...(headers !== undefined && { headers: { ...headers } }),
      ...(timestamp !== undefined && { timestamp: String(timestamp) }),
    });
  }
  return [...topics].map(([topic, list]) => ({ topic, messages: list }));
}
