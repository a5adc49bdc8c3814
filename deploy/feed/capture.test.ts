import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Batch, readCapture } from './capture.ts';
import { dialects } from './dialects.ts';

const folder = mkdtempSync(join(tmpdir(), 'trunkline-capture-'));
after(() => rmSync(folder, { recursive: true }));

const collect = async (file: string): Promise<Batch[]> => {
  const batches: Batch[] = [];
  for await (const batch of readCapture(file, dialects.freeswitch)) batches.push(batch);
  return batches;
};

const read = async (text: string): Promise<Batch[]> => {
  const file = join(folder, 'capture');
  writeFileSync(file, text);
  return collect(file);
};

const recordsOf = (batches: readonly Batch[]): unknown[] => batches.flatMap(({ records }) => [...records]);

test('an array, an object over several lines and NDJSON', async () => {
  assert.deepEqual(recordsOf(await read('[{"a":1},{"a":2}]')), [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(recordsOf(await read('{\n  "a": 1\n}\n')), [{ a: 1 }]);
  assert.deepEqual(recordsOf(await read('{"a":1}\n')), [{ a: 1 }]);
  const lines = await read('{"a":1}\n\n{"a":2}\nnot json\n');
  assert.deepEqual(recordsOf(lines), [{ a: 1 }, { a: 2 }, undefined]);
  assert.equal(lines[0]?.body.contentType, 'application/x-ndjson');
  assert.equal(lines[0]?.body.content, '{"a":1}\n{"a":2}\nnot json', 'a wrong line goes to ingest as it is');
});

test('many records go in several batches that say where they begin', async () => {
  const records = Array.from({ length: 2500 }, (_, a) => ({ a }));
  for (const text of [JSON.stringify(records), records.map((record) => JSON.stringify(record)).join('\n')]) {
    const batches = await read(text);
    assert.deepEqual(
      batches.map(({ firstIndex, records: { length } }) => [firstIndex, length]),
      [
        [0, 1000],
        [1000, 1000],
        [2000, 500],
      ],
    );
    assert.deepEqual(recordsOf(batches), records);
    assert.equal(batches.at(-1)?.progress, 1);
  }
});

test('large records make small batches', async () => {
  const batches = await read(JSON.stringify(Array.from({ length: 5 }, () => ({ a: 'x'.repeat(1_500_000) }))));
  assert.deepEqual(
    batches.map(({ records }) => records.length),
    [2, 2, 1],
  );
});

test('it is bytes that make a batch large, not characters', async () => {
  const records = Array.from({ length: 5 }, () => JSON.stringify({ name: '€'.repeat(300_000) }));
  for (const text of [`[${records.join(',')}]`, records.join('\n')]) {
    const batches = await read(text);
    assert.deepEqual(
      batches.map(({ firstIndex }) => firstIndex),
      [0, 4],
    );
  }
});

test('text/event-plain is taken out of the frames of its socket', async () => {
  const event = 'Event-Name: CHANNEL_ANSWER\nUnique-ID: a%20b\n\n';
  const framed = `Content-Type: command/reply\nReply-Text: +OK\n\nContent-Length: ${event.length}\nContent-Type: text/event-plain\n\n${event}`;
  const [batch] = await read(framed.repeat(2));
  assert.deepEqual(batch?.records, [
    { 'Event-Name': 'CHANNEL_ANSWER', 'Unique-ID': 'a b' },
    { 'Event-Name': 'CHANNEL_ANSWER', 'Unique-ID': 'a b' },
  ]);
  assert.equal(batch?.body.contentType, 'text/event-plain');
  assert.doesNotMatch(String(batch?.body.content), /Content-Length/);
  assert.match(String(batch?.body.content), /a%20b/);
});

test('an empty file, a missing one and broken JSON are named', async () => {
  await assert.rejects(read(' \n'), /capture is empty/);
  await assert.rejects(read('[{"a":1},'), /capture is no JSON/);
  await assert.rejects(collect(join(folder, 'none')), /cannot read .*none/);
  await assert.rejects(collect(folder), /cannot read .*: it is no regular file/);
});
