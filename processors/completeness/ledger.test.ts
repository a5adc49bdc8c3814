import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RecordBatch } from '../../runtime/kafka.ts';
import { deadLetterOf, encodeDeadLetter } from '../../schemas/dead-letters.ts';
import { contentHash, encodeEvent, eventSchema } from '../../schemas/event-codec.ts';
import type { LedgerRow } from '../../schemas/rows.ts';
import { topics } from '../../schemas/topics.ts';
import { createReplacingTable } from '../testing/replacing-table.ts';
import { eventTable } from '../testing/event-table.ts';
import { countEvent, headFields } from './envelope.ts';
import { countMessage } from './count-message.ts';
import { blockOffsets, endsBlock, Ledger } from './ledger.ts';

const [template] = eventTable('1 leg.created a');
const second = 1_000_000;
const base = 1_767_600_000 * second;

const message = (seq: number, at = base): Buffer =>
  encodeEvent({
    ...(template as NonNullable<typeof template>),
    tenant_id: 'acme',
    switch_id: seq % 3 === 0 ? 'pbx-1' : 'pbx-2',
    switch_kind: 'other',
    boot_id: 'b1',
    event_id: `e${seq}`,
    observed_at: at,
    native: { name: 'n', id: 'i', seq },
  });

const batchOf = (values: readonly Buffer[], from: number, topic: string = topics.callEvents): RecordBatch => ({
  topic,
  partition: 0,
  highWatermark: '0',
  messages: values.map((value, at) => ({ offset: String(from + at), key: null, value, timestampMs: 0, headers: {} })),
});

test('every released schema begins with the fields that are counted', () => {
  for (const type of eventSchema.released) {
    const { fields } = type.schema() as unknown as { fields: { name: string }[] };
    assert.deepEqual(
      fields.slice(0, headFields.length).map(({ name }) => name),
      headFields,
    );
  }
});

test('the head of an event says whose it is, when it was received, and its number', () => {
  const value = message(7);
  assert.deepEqual(countEvent(value, 5), {
    tenantId: 'acme',
    switchId: 'pbx-2',
    bootId: 'b1',
    receivedAtUs: base,
    identity: BigInt(`0x${contentHash(value)}`),
    seq: 7,
  });
  assert.equal(countEvent(message(7, base + second), 5)?.identity, countEvent(value, 5)?.identity, 'received again');
  assert.equal(countEvent(message(7, 3), 5)?.receivedAtUs, 5000, 'an impossible time of reception');
  for (const end of [0, 5, 12, 30]) assert.equal(countEvent(value.subarray(0, end), 5), null, `${end} bytes`);
});

test('a letter of ingest counts as a publication, one of a processor does not', () => {
  const letter = (stage: string) =>
    deadLetterOf(
      { code: 'MISSING_FIELD', message: '', field: '' },
      {
        tenant_id: 'acme',
        stage,
        source: 'canonical',
        switch_id: 'pbx-1',
        received_at: base,
        raw: Buffer.from('{}'),
        boot_id: 'b1',
        native_seq: 9,
      },
    );
  const counted = (stage: string) =>
    countMessage(topics.deadLetters, batchOf([encodeDeadLetter(letter(stage))], 0).messages[0] as never);
  assert.partialDeepStrictEqual(counted('ingest'), { tenantId: 'acme', switchId: 'pbx-1', bootId: 'b1', seq: 9 });
  assert.equal(counted('calls'), null);
});

type Table = ReturnType<typeof tableOfRows>;
const tableOfRows = () =>
  createReplacingTable<LedgerRow>(
    (row) => [row.tenant_id, row.switch_id, row.hour, row.boot_id, row.topic, row.partition, row.block].join('\0'),
    (row) => row.messages,
  );

/** Copies, because a row goes on growing after it was written. */
const write = (ledger: Ledger, table: Table): void => table.insert(structuredClone([...ledger.takeChanged()]));

test('killed anywhere and read again from the last block’s beginning, the rows are those of a quiet run', () => {
  const values = Array.from({ length: blockOffsets * 2 + 500 }, (_, seq) => message(seq, base + seq * second));
  const quiet = tableOfRows();
  const whole = new Ledger();
  whole.take(batchOf(values, 0));
  write(whole, quiet);
  assert.equal(
    quiet.final().reduce((sum, { messages }) => sum + messages, 0),
    values.length,
  );
  const step = fc.record({
    size: fc.integer({ min: 1, max: 900 }),
    what: fc.constantFrom('go on', 'go on', 'kill', 'kill before the commit', 'write early', 'fail to write'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const table = tableOfRows();
      let ledger = new Ledger();
      let committed = 0;
      let at = 0;
      const take = (size: number, kill: boolean): void => {
        const batch = batchOf(values.slice(at, at + size), at);
        ledger.take(batch);
        // A batch that failed is given again.
        ledger.take(batch);
        if (endsBlock(batch)) write(ledger, table);
        at += batch.messages.length;
        if (!kill) committed = Math.max(committed, at - (at % blockOffsets));
      };
      for (const { size, what } of steps) {
        if (at < values.length) take(size, what === 'kill before the commit');
        if (what === 'write early') write(ledger, table);
        if (what === 'fail to write') ledger.giveBack(ledger.takeChanged());
        if (!what.startsWith('kill')) continue;
        ledger = new Ledger();
        at = committed;
      }
      while (at < values.length) take(700, false);
      write(ledger, table);
      assert.deepEqual(table.final(), quiet.final());
    }),
    { numRuns: 40 },
  );
});
