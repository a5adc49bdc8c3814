import { readConfig } from '../../../runtime/config.ts';
import { createKafka } from '../../../runtime/kafka.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { kafkaSettings } from '../../../runtime/settings.ts';
import { until } from '../../../runtime/testing/until.ts';
import { topics } from '../../../schemas/topics.ts';
import { type Installation, runCommand } from '../installation.ts';

/** Any number of events may be read again. */
const patienceMs = 3_600_000;

/** Reads all of `call-events` once more, from the beginning, into the same tables, beside what runs. */
export const replay = async (installation: Installation): Promise<void> => {
  const groupId = `replay-${Date.now()}`;
  const config = readConfig(kafkaSettings, { TRUNKLINE_KAFKA_BROKERS: installation.run().kafka });
  const patience = { retries: 5, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 10_000 };
  const admin = createKafka(config, createLogger('chaos', 'silent')).client(patience).admin();
  await admin.connect();
  const ends = new Map((await admin.fetchTopicOffsets(topics.callEvents)).map((at) => [at.partition, at.high]));
  const extra = runCommand(['processor', 'calls', '--data', installation.dataDir], { TRUNKLINE_CALLS_GROUP: groupId });
  try {
    await until(async () => {
      const [topic] = await admin.fetchOffsets({ groupId, topics: [topics.callEvents] });
      return (topic?.partitions ?? []).every(
        ({ partition, offset }) => Number(offset) >= Number(ends.get(partition) ?? 0) || ends.get(partition) === '0',
      );
    }, patienceMs);
  } finally {
    extra.child.kill('SIGTERM');
    await extra.ended;
    await admin.disconnect();
  }
};
