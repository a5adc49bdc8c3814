import { readConfig } from '../../../runtime/config.ts';
import { createKafka, hasPassed, watchGroup } from '../../../runtime/kafka.ts';
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
  const group = watchGroup(createKafka(config, createLogger('chaos', 'silent')), groupId, topics.callEvents);
  const ends = await group.ends();
  const extra = runCommand(['processor', 'calls', '--data', installation.dataDir], { TRUNKLINE_CALLS_GROUP: groupId });
  try {
    await until(async () => hasPassed(await group.committed(), ends), patienceMs);
  } finally {
    extra.child.kill('SIGTERM');
    await extra.ended;
    await group.stop();
  }
};
