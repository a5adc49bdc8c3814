import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { KafkaConnection } from './kafka-connection.ts';
import { createPublisher, type Publisher } from './kafka-publisher.ts';
import { createLogger } from './logger.ts';

/** A connection to a cluster in memory, as kafkajs would make it. */
const connectionTo = (cluster: object): KafkaConnection => {
  const client = { [Symbol('private:Kafka:createCluster')]: () => cluster };
  return {
    logger: createLogger('test', 'silent'),
    client: () => client as unknown as ReturnType<KafkaConnection['client']>,
  };
};

const never = async (): Promise<never> => new Promise(() => undefined);

/** A publisher whose only broker answers questions and, when `stall` was called, nothing any more. */
const stallingPublisher = async (t: TestContext): Promise<{ publisher: Publisher; stall: () => void }> => {
  let stalled = false;
  const unlessStalled = async (): Promise<void> => (stalled ? never() : undefined);
  const publisher = await createPublisher(
    connectionTo({
      isConnected: () => true,
      brokerPool: {},
      addTargetTopic: unlessStalled,
      refreshMetadata: unlessStalled,
      refreshMetadataIfNecessary: unlessStalled,
      findTopicPartitionMetadata: () => [{ partitionId: 0, leader: '1' }],
      findBroker: async () => ({ versions: { 0: { maxVersion: 7 } }, connectionPool: { send: never } }),
      disconnect: async () => undefined,
    }),
    { timeoutMs: 50 },
  );
  t.after(async () => publisher.stop());
  return {
    publisher,
    stall: () => {
      stalled = true;
    },
  };
};

const message = { topic: 'call-events', key: 'a', value: Buffer.from('x') };

test('a broker that falls silent does not hold up a call for longer than its time-out, however it is silent', {
  timeout: 10_000,
}, async (t) => {
  const { publisher, stall } = await stallingPublisher(t);
  assert.ok(publisher.isAvailable());
  stall();
  await assert.rejects(publisher.publish([message]), { name: 'KafkaUnavailable' });
  assert.equal(publisher.isAvailable(), false);
});

test('an answer that never comes fails all calls that wait', { timeout: 10_000 }, async (t) => {
  const { publisher } = await stallingPublisher(t);
  const calls = await Promise.allSettled([publisher.publish([message]), publisher.publish([message])]);
  assert.deepEqual(
    calls.map((call) => (call.status === 'rejected' ? (call.reason as Error).name : 'published')),
    ['KafkaUnavailable', 'KafkaUnavailable'],
  );
});
