import { Kafka, logLevel } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';

/** Removes every topic that is not Kafka's own, and with it what groups have committed. */
export const emptyKafka = async (brokers: readonly string[]): Promise<void> => {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = async (): Promise<string[]> => (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
  try {
    await admin.deleteTopics({ topics: await topics() });
    while ((await topics()).length > 0) await delay(50);
  } finally {
    await admin.disconnect();
  }
};
