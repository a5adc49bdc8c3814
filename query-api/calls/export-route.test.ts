import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callFound, memoryCalls } from '../testing/memory-readers.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import type { CallReader } from './call-reader.ts';

const { directory, secrets } = directoryOf({ acme: { tenantId: 'acme', scopes: ['calls:read'] } });
const { reader } = memoryCalls([]);

const exportOver = async (list: CallReader['list']): Promise<{ response: Response; stop: () => Promise<void> }> => {
  const app = await testApp({ directory: () => directory, calls: { ...reader, list } });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const response = await fetch(`${address}/v1/calls/export`, { headers: { 'x-api-key': secrets.acme } });
  return { response, stop: async () => app.close() };
};

test('an export is a file to download', async () => {
  const { response, stop } = await exportOver(async () => ({ rows: [callFound()], next: null, total: null }));
  assert.equal(response.headers.get('content-disposition'), 'attachment; filename="calls.csv"');
  assert.match(response.headers.get('content-type') ?? '', /^text\/csv/);
  assert.equal((await response.text()).trim().split('\r\n').length, 2);
  await stop();
});

test('an export that fails before it begins is an error, and on its way it never ends as if it were whole', async () => {
  const broken = new Error('ClickHouse went away');
  const failing = await exportOver(async () => {
    throw broken;
  });
  assert.equal(failing.response.status, 500);
  await failing.stop();
  const half = await exportOver(async (_tenant, _filters, { place }) => {
    if ('after' in place && place.after !== null) throw broken;
    return { rows: [callFound()], next: { at: 0, id: 'x' }, total: null };
  });
  assert.equal(half.response.status, 200);
  await assert.rejects(half.response.text());
  await half.stop();
});
