import { setting } from '../../runtime/config.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { createPublisher } from '../../runtime/kafka.ts';
import { kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { topics } from '../../schemas/topics.ts';
import { redriveBatch } from './redrive-batch.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  redriveGroup: setting.string({
    env: 'TRUNKLINE_REDRIVE_GROUP',
    doc: 'Consumer group of the redrive processor',
    default: 'trunkline-redrive',
  }),
};

/** Takes refused records again where somebody asked for it, until SIGTERM. */
export const runRedriveProcessor = async (): Promise<void> =>
  runConsumerService('redrive', settings, async ({ own, config, logger, metrics, kafka }) => {
    const publisher = await createPublisher(kafka);
    own.stop('publisher', async () => publisher.stop());
    const redrives = metrics.counter({
      name: 'redrives_total',
      help: 'Refused records that were taken again, by what came of it',
      labels: ['outcome'],
    });
    return {
      groupId: config.redriveGroup,
      topics: [topics.quarantineActions],
      handle: async (batch) =>
        redriveBatch(batch, {
          publish: async (messages) => publisher.publish(messages),
          nowUs: () => Date.now() * 1000,
          onSettled: (outcome) => redrives.inc({ outcome }),
          onBug: (error) => logger.error({ err: error }, 'a record could not be read because of a bug'),
        }),
    };
  });
