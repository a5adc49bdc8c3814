import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { startEngineProcess } from '../deploy/testing/engine-process.ts';
import { cpuSeconds, residentMiB } from './support/process-cost.ts';
import { type Measurement, perSecond, progress } from './support/report.ts';
import { startWarmEngine } from './support/warm-engine.ts';

const valueBytes = 300;
const messagesASend = 1000;
const sendsInFlight = 4;
const partitions = 6;
const gibibyte = 1024 ** 3;

type Broker = { readonly port: number; readonly pid: number };

const connect = ({ port }: Broker): Kafka =>
  new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING, requestTimeout: 60_000 });

const createTopic = async (broker: Broker, topic: string): Promise<void> => {
  const admin = connect(broker).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
  await admin.disconnect();
};

/** Sends by kafkajs until so many messages are acknowledged by all replicas: written and synced. */
const produce = async (broker: Broker, topic: string, sends: number, messages: readonly { value: Buffer }[]) => {
  const producer = connect(broker).producer({ maxInFlightRequests: sendsInFlight });
  await producer.connect();
  const startedAt = performance.now();
  let left = sends;
  const sendOn = async (): Promise<void> => {
    while (left-- > 0) await producer.send({ topic, acks: -1, messages: [...messages] });
  };
  await Promise.all(Array.from({ length: sendsInFlight }, sendOn));
  const elapsedMs = performance.now() - startedAt;
  await producer.disconnect();
  return elapsedMs;
};

const consume = async (broker: Broker, topic: string, messages: number): Promise<number> => {
  const consumer = connect(broker).consumer({ groupId: 'bench', maxBytesPerPartition: 4 * 1024 ** 2 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const isWhole = Promise.withResolvers<void>();
  let [read, startedAt] = [0, 0];
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: partitions,
    eachBatch: async ({ batch }) => {
      // Joining the group is not reading.
      if (read === 0) startedAt = performance.now();
      read += batch.messages.length;
      if (read >= messages) isWhole.resolve();
    },
  });
  await isWhole.promise;
  const elapsedMs = performance.now() - startedAt;
  await consumer.disconnect();
  return elapsedMs;
};

/** The embedded Kafka alone, driven by kafkajs on the same machine; `logGiB` is how large a log it opens. */
export const measureEmbeddedKafka = async (logGiB: number): Promise<Measurement[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-bench-kafka-'));
  const options = { dataDir: join(folder, 'data'), env: { NODE_COMPILE_CACHE: join(folder, 'compile-cache') } };
  let broker = await startWarmEngine('kafka', options);
  try {
    const sends = 2000;
    const count = sends * messagesASend;
    const messages = Array.from({ length: messagesASend }, () => ({ value: randomBytes(valueBytes) }));
    await createTopic(broker, 'small');
    await produce(broker, 'small', 50, messages); // warm
    const [before, ownBefore] = [cpuSeconds(broker.pid), process.cpuUsage()];
    const produceMs = await produce(broker, 'small', sends, messages);
    const [produced, own] = [cpuSeconds(broker.pid) - before, process.cpuUsage(ownBefore)];
    const producedMiB = residentMiB(broker.pid);
    const consumeMs = await consume(broker, 'small', count);
    const consumed = cpuSeconds(broker.pid) - before - produced;
    const loadedMiB = Math.max(producedMiB, residentMiB(broker.pid));
    progress(`embedded-kafka: writing ${logGiB} GiB ...`);
    await createTopic(broker, 'large');
    const large = Array.from({ length: 8 }, () => ({ value: randomBytes(64 * 1024) }));
    const largeSends = Math.ceil((logGiB * gibibyte) / (large.length * 64 * 1024));
    await produce(broker, 'large', largeSends, large);
    await broker.kill();
    const openedAt = performance.now();
    broker = await startEngineProcess('kafka', options);
    const openMs = performance.now() - openedAt;
    const micros = (seconds: number): string => ((seconds * 1e6) / count).toFixed(1);
    const how = `${valueBytes} B, ${partitions} partitions, kafkajs in one process`;
    return [
      {
        what: 'embedded Kafka: produced, acks=all with fsync',
        figure: perSecond(count, produceMs),
        bar: '70,000/s',
        how: `${how}, ${messagesASend} a send, ${sendsInFlight} in flight; CPU a message: broker ${micros(produced)} µs, kafkajs ${micros((own.user + own.system) / 1e6)} µs`,
      },
      {
        what: '– consumed',
        figure: perSecond(count, consumeMs),
        bar: '250,000/s',
        how: `${how}; CPU a message: broker ${micros(consumed)} µs`,
      },
      {
        what: '– resident memory after both',
        figure: `${loadedMiB} MiB`,
        bar: '120 MiB',
        how: 'with a warm compile cache, as `trunkline up` starts it',
      },
      {
        what: `– a log of ${logGiB} GiB opened`,
        figure: `${Math.round(openMs)} ms`,
        bar: '2,000 ms',
        how: 'from the start of the process until it serves, after kill -9, right after it was written',
      },
    ];
  } finally {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};
