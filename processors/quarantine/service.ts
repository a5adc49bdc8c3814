import { createClickHouse } from '../../runtime/clickhouse.ts';
import { setting } from '../../runtime/config.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import { clickhouseSettings, kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { quarantineColumns } from '../../schemas/clickhouse-columns.ts';
import type { QuarantineRow } from '../../schemas/rows.ts';
import { topics } from '../../schemas/topics.ts';
import { toQuarantineRows } from './quarantine-rows.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  ...clickhouseSettings,
  quarantineGroup: setting.string({
    env: 'TRUNKLINE_QUARANTINE_GROUP',
    doc: 'Consumer group of the quarantine processor',
    default: 'trunkline-quarantine',
  }),
};

/** Keeps what could not be used where it can be looked at, until SIGTERM. Writing a letter again changes nothing. */
export const runQuarantineProcessor = async (): Promise<void> =>
  runConsumerService('quarantine', settings, async ({ own, config, logger, metrics }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const encoder = rowBinaryEncoder<QuarantineRow>(quarantineColumns);
    const kept = metrics.counter({ name: 'quarantined_total', help: 'Records kept, by reason', labels: ['code'] });
    return {
      groupId: config.quarantineGroup,
      topics: [topics.deadLetters],
      handle: async (batch) => {
        const rows = toQuarantineRows(batch);
        await clickhouse.insertRows('quarantine', encoder.columns, encoder.encode(rows));
        for (const { code } of rows) kept.inc({ code });
      },
    };
  });
