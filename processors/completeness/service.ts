import { createClickHouse } from '../../runtime/clickhouse.ts';
import { setting } from '../../runtime/config.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { rowBinaryEncoder } from '../../runtime/row-binary.ts';
import { clickhouseSettings, kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { ledgerColumns } from '../../schemas/clickhouse-columns.ts';
import type { LedgerRow } from '../../schemas/rows.ts';
import { topics } from '../../schemas/topics.ts';
import { blockOffsets, endsBlock, Ledger } from './ledger.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  ...clickhouseSettings,
  completenessGroup: setting.string({
    env: 'TRUNKLINE_COMPLETENESS_GROUP',
    doc: 'Consumer group of the completeness processor',
    default: 'trunkline-completeness',
  }),
};

/** How long a count may be known to this process only. */
const keepEveryMs = 2000;

/** Counts what is in the log by switch and hour, until SIGTERM. Counting it again changes nothing. */
export const runCompletenessProcessor = async (): Promise<void> =>
  runConsumerService('completeness', settings, async ({ own, config, logger, metrics }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const encoder = rowBinaryEncoder<LedgerRow>(ledgerColumns);
    const counted = metrics.counter({ name: 'completeness_messages_total', help: 'Messages of the log counted' });
    const ledger = new Ledger();
    let keeping = Promise.resolve();

    const write = async (): Promise<void> => {
      const rows = ledger.takeChanged();
      try {
        await clickhouse.insertRows('log_ledger', encoder.columns, encoder.encode(rows));
      } catch (error) {
        ledger.giveBack(rows);
        throw error;
      }
    };
    const keep = async (): Promise<void> => {
      keeping = keeping.then(write, write);
      return keeping;
    };
    const timer = setInterval(() => {
      keep().catch((error: unknown) => logger.warn({ err: error }, 'counts cannot be kept now, trying again'));
    }, keepEveryMs);
    own.stop('keeping', () => clearInterval(timer));

    return {
      groupId: config.completenessGroup,
      topics: [topics.callEvents, topics.agentEvents, topics.switchEvents, topics.deadLetters],
      commitEvery: blockOffsets,
      maxBytesPerPartition: 2 * 1024 * 1024,
      onAssigned: async () => ledger.forget(),
      onRevoked: () => ledger.forget(),
      handle: async (batch) => {
        ledger.take(batch);
        if (endsBlock(batch)) await keep();
        counted.inc(batch.messages.length);
      },
    };
  });
