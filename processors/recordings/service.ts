import { createClickHouse } from '../../runtime/clickhouse.ts';
import { setting } from '../../runtime/config.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { createPublisher } from '../../runtime/kafka.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import { createObjectStore } from '../../runtime/s3.ts';
import { clickhouseSettings, kafkaSettings, processSettings, s3Settings } from '../../runtime/settings.ts';
import { recordingColumns } from '../../schemas/clickhouse-columns.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import { topics } from '../../schemas/topics.ts';
import { processUploads, type UploadPorts } from './process-uploads.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  ...clickhouseSettings,
  ...s3Settings,
  recordingsGroup: setting.string({
    env: 'TRUNKLINE_RECORDINGS_GROUP',
    doc: 'Consumer group of the recordings processor',
    default: 'trunkline-recordings',
  }),
};

/** Checks uploaded recordings against what was sent and tells their calls, until SIGTERM. */
export const runRecordingsProcessor = async (): Promise<void> =>
  runConsumerService('recordings', settings, async ({ own, config, logger, metrics, kafka }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const audio = createObjectStore(config, logger);
    own.stop('object store', () => {
      audio.close();
    });
    const publisher = await createPublisher(kafka);
    own.stop('publisher', async () => publisher.stop());

    const rows = rowBinaryEncoder<RecordingRow>(recordingColumns);
    const checked = metrics.counter({
      name: 'recordings_checked_total',
      help: 'Uploads by what came of them',
      labels: ['outcome'],
    });
    const ports: UploadPorts = {
      audio,
      insertRecordings: async (recordings) =>
        clickhouse.insertRows('recordings', rows.columns, rows.encode(recordings)),
      publish: async (messages) => publisher.publish(messages),
      onChecked: (outcome) => checked.inc({ outcome }),
    };
    return {
      groupId: config.recordingsGroup,
      topics: [topics.recordingUploads],
      partitionsConsumedConcurrently: 2,
      handle: async (batch) => processUploads(ports, batch),
    };
  });
