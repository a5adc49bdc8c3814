import { createClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig, setting } from '../../runtime/config.ts';
import { createKafka, runBatches } from '../../runtime/kafka.ts';
import { runService } from '../../runtime/lifecycle.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { startProbes } from '../../runtime/probes.ts';
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
  runService('quarantine', async (own) => {
    const config = readConfig(settings);
    const logger = createLogger('quarantine', config.logLevel);
    const metrics = createMetrics('quarantine');
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());

    const encoder = rowBinaryEncoder<QuarantineRow>(quarantineColumns);
    const kept = metrics.counter({ name: 'quarantined_total', help: 'Records kept, by reason', labels: ['code'] });
    const runner = await runBatches({
      kafka: createKafka(config, logger),
      groupId: config.quarantineGroup,
      topics: [topics.deadLetters],
      handle: async (batch) => {
        const rows = toQuarantineRows(batch);
        await clickhouse.insertRows('quarantine', encoder.columns, encoder.encode(rows));
        for (const { code } of rows) kept.inc({ code });
      },
      logger,
      metrics,
      onFatal: (error) => {
        own.fail(error);
      },
    });
    own.stop('consumer', async () => runner.stop());

    const probes = await startProbes({
      host: config.httpHost,
      port: config.httpPort,
      metrics,
      live: () => true,
      ready: () => ({ ready: runner.isHealthy(), checks: { consumer: runner.isHealthy() ? 'ok' : 'failing' } }),
    });
    own.stop('probes', async () => probes.stop());
  });
