import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../cli/command-error.ts';
import { createIngestClient } from './ingest-client.ts';

const body = { content: '[]', contentType: 'application/json' };
const access = { url: 'http://127.0.0.1:4001', key: 'sk_test' };

test('where nobody answers, patience ends, and the reason is told', async (t) => {
  t.mock.method(globalThis, 'fetch', async () => {
    throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
  });
  const client = createIngestClient({ ...access, patienceMs: 0 });
  await assert.rejects(client.send('/v1/events', body), (error) => {
    assert.ok(error instanceof CommandError);
    assert.match(error.message, /127\.0\.0\.1:4001.*ECONNREFUSED/);
    return true;
  });
});

test('an answer after a refusal that passes counts', async (t) => {
  const answers = [
    new Response('', { status: 503, headers: { 'retry-after': '0' } }),
    Response.json({ data: { accepted: 1, ignored: 0, rejected: [] } }),
  ];
  t.mock.method(globalThis, 'fetch', async () => answers.shift());
  const retries: string[] = [];
  const client = createIngestClient({ ...access, patienceMs: 60_000, onRetry: (reason) => retries.push(reason) });
  assert.equal((await client.send('/v1/events', body)).accepted, 1);
  assert.deepEqual(retries, ['ingest answered 503']);
});
