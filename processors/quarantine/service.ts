import { createClickHouse } from '../../runtime/clickhouse.ts';
import { setting } from '../../runtime/config.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import { clickhouseSettings, kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { quarantinedColumns, quarantineStepColumns } from '../../schemas/clickhouse-columns.ts';
import type { QuarantinedRow, QuarantineStepRow } from '../../schemas/rows.ts';
import { topics } from '../../schemas/topics.ts';
import { toQuarantinedRows } from './quarantine-rows.ts';
import { toStepRows } from './step-rows.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  ...clickhouseSettings,
  quarantineGroup: setting.string({
    env: 'TRUNKLINE_QUARANTINE_GROUP',
    doc: 'Consumer group of the quarantine processor',
    // Not that of 0.1.0: the table is another one, and is built from the log's beginning.
    default: 'trunkline-quarantine-2',
  }),
};

/** Keeps what could not be used where it can be looked at, and what was done about it. Doing it again changes nothing. */
export const runQuarantineProcessor = async (): Promise<void> =>
  runConsumerService('quarantine', settings, async ({ own, config, logger, metrics }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const records = rowBinaryEncoder<QuarantinedRow>(quarantinedColumns);
    const steps = rowBinaryEncoder<QuarantineStepRow>(quarantineStepColumns);
    const kept = metrics.counter({ name: 'quarantined_total', help: 'Records kept, by reason', labels: ['code'] });
    const taken = metrics.counter({
      name: 'quarantine_steps_total',
      help: 'What was done about refused records',
      labels: ['step'],
    });
    return {
      groupId: config.quarantineGroup,
      topics: [topics.deadLetters, topics.quarantineActions],
      handle: async (batch) => {
        if (batch.topic === topics.deadLetters) {
          const rows = toQuarantinedRows(batch);
          await clickhouse.insertRows('quarantined_records', records.columns, records.encode(rows));
          for (const { code } of rows) kept.inc({ code });
          return;
        }
        const { rows, unreadable } = toStepRows(batch);
        await clickhouse.insertRows('quarantine_steps', steps.columns, steps.encode(rows));
        for (const { step } of rows) taken.inc({ step });
        for (const at of unreadable) logger.error({ topic: batch.topic, ...at }, 'passed over a record');
      },
    };
  });
