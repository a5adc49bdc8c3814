import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startEngines } from '../../deploy/testing/engines.ts';
import { createTables } from '../listing/tables.ts';
import { createDatabase } from '../testing/database.ts';
import { callRow, second, tenOClock } from '../testing/rows.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { createCallReader } from './call-reader.ts';

const engines = await startEngines({ clickhouse: true });
const database = await createDatabase(engines.clickhouse);
const { directory, secrets } = directoryOf({ acme: { tenantId: 'acme', scopes: ['calls:read'] } });
const app = await testApp({
  directory: () => directory,
  calls: createCallReader(createTables(database.clickhouse, 10_000)),
});
const get = async (url: string) => app.inject({ url, headers: { 'x-api-key': secrets.acme } });

after(async () => {
  await app.close();
  await database.drop();
  await engines.stop();
});

test('lists calls newest first and follows links.next to the end', async () => {
  const rows = Array.from({ length: 61 }, (_, i) => callRow({ call_key: `k${i}`, started_at: tenOClock + i * second }));
  await database.insert('calls', rows);
  const listed: string[] = [];
  let next: string | null = '/api/v1/calls?limit=25';
  while (next !== null) {
    const body: { data: { call_uuid: string }[]; links: { next: string | null } } = (await get(next)).json();
    listed.push(...body.data.map((call) => call.call_uuid));
    next = body.links.next;
  }
  assert.deepEqual(listed, rows.map((row) => row.call_key).reverse());
});
