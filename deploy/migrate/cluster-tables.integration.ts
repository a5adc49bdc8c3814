import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type ClickHouse, createClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig } from '../../runtime/config.ts';
import { createLogger } from '../../runtime/logger.ts';
import { clickhouseSettings } from '../../runtime/settings.ts';
import { startEngines } from '../testing/engines.ts';
import { toClusterLedger, toClusterStatements } from './cluster-tables.ts';
import { readMigrations } from './migration-files.ts';
import { ledger } from './tables.ts';

suite('the tables of a cluster', { timeout: 60_000 }, () => {
  let clickhouse: ClickHouse;
  let stop: () => Promise<void>;

  before(async () => {
    const engines = await startEngines({ clickhouse: true });
    const { url, user, password } = engines.clickhouse;
    const env = {
      TRUNKLINE_CLICKHOUSE_URL: url,
      TRUNKLINE_CLICKHOUSE_USER: user,
      TRUNKLINE_CLICKHOUSE_PASSWORD: password,
      TRUNKLINE_CLICKHOUSE_DATABASE: 'default',
    };
    clickhouse = createClickHouse(readConfig(clickhouseSettings, env), createLogger('test', 'silent'));
    stop = async () => {
      await clickhouse.close();
      await engines.stop();
    };
  });

  after(async () => stop());

  test("ClickHouse's own parser takes every statement, and reads out of it what was meant", async () => {
    const statements = [
      toClusterLedger(ledger, 'main'),
      ...readMigrations().flatMap(({ statement }) => toClusterStatements(statement, 'main')),
    ];
    for (const statement of statements) {
      const [row] = await clickhouse.query<{ read: string }>('SELECT formatQuery({statement:String}) AS read', {
        statement,
      });
      assert.match(row?.read ?? '', /ON CLUSTER main/, statement);
    }
  });

  test('the engine refuses what is no statement, so the test above can fail', async () => {
    const statement = toClusterLedger(ledger, 'main').replace('ENGINE', 'ENGIN');
    await assert.rejects(clickhouse.query('SELECT formatQuery({statement:String})', { statement }), /Syntax error/);
  });
});
