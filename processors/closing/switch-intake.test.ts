import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent } from '../../schemas/event-codec.ts';
import { at, eventTable } from '../testing/event-table.ts';
import { batchOf } from '../testing/record-batch.ts';
import { takeSwitchEvents } from './switch-intake.ts';

const take = (values: readonly (Buffer | null)[]) => takeSwitchEvents(batchOf('switch-events', values));

test('events become rows with their bytes, and signs of life', () => {
  const events = eventTable(`
    1 switch.started   - call= boot=b1 seq=1
    2 adapter.gap      - call= boot=b1`);
  const { rows, signs, refused } = take(events.map(encodeEvent));
  assert.deepEqual(refused, []);
  assert.partialDeepStrictEqual(rows, [
    { tenant_id: 'acme', switch_id: 'pbx1', type: 'switch.started', occurred_at: at(1), boot_id: 'b1', native_seq: 1 },
    { type: 'adapter.gap', native_seq: null, event: encodeEvent(events[1] as (typeof events)[number]) },
  ]);
  assert.deepEqual(
    signs.map(({ kind }) => kind),
    ['switch.started', 'adapter.gap'],
  );
});

test('the same event received later has the same key and gives way to the first', () => {
  const [first, again] = [1, 9].flatMap(
    (seen) => take(eventTable(`1 switch.heartbeat - call= id=x observed=${seen}`).map(encodeEvent)).rows,
  );
  assert.deepEqual([again?.event_id, again?.content_hash], [first?.event_id, first?.content_hash]);
  assert.ok((first?.observed_order ?? 0) > (again?.observed_order ?? 0));
});

test('what is none, or cannot be kept, is a dead letter, and the others are kept', () => {
  const odd = eventTable(`
    1             leg.created      a dir=in
    2             switch.heartbeat - call= tenant=
    -999999999    switch.heartbeat - call=
    3             switch.heartbeat - call=`);
  const { rows, refused } = take([Buffer.from('no event'), null, ...odd.map(encodeEvent)]);
  assert.deepEqual(
    refused.map(({ code, source, stage }) => [code, source, stage]),
    [
      ['NOT_AN_EVENT', 'switch-events/0/0', 'closing'],
      ['UNEXPECTED_TYPE', 'switch-events/0/2', 'closing'],
      ['TENANT_MISSING', 'switch-events/0/3', 'closing'],
      ['TIME_OUT_OF_RANGE', 'switch-events/0/4', 'closing'],
    ],
  );
  assert.deepEqual(
    rows.map(({ occurred_at }) => occurred_at),
    [at(3)],
  );
});
