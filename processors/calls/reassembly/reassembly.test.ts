import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { comparisonsOf, isAssembledAlike } from '../../testing/assembled-alike.ts';
import { tablesOfEvents } from '../../testing/cases/tables-of-events.ts';
import { at, eventTable } from '../../testing/event-table.ts';
import { createRandom } from '../../testing/random.ts';
import { someCalls } from '../../testing/scenarios.ts';
import type { Tables } from '../../testing/in-memory-tables.ts';
import { tableStores } from '../../testing/in-memory-tables.ts';
import { identityOf } from '../assembly/identity.ts';
import { assemblePage, ownAssembler } from './assemble-page.ts';
import type { CallChange } from './compare.ts';
import { addChange, newSummary, summaryText, toWrite } from './summary.ts';

const table = `
  0 leg.created      a anchor=0 dir=in kind=user from=1001 to=1002
  1 leg.created      b anchor=0 dir=out kind=user to=1002
  2 leg.answered     b anchor=0
  2 leg.bridged      a anchor=0 with=b
  3 recording.stored a anchor=0 recording=r duration_ms=1000
  9 leg.ended        a anchor=0 q850=16
  9 leg.ended        b anchor=0 q850=16`;
const epoch = 2 ** 32;

const changeOf = async (tables: Tables): Promise<CallChange> => {
  const [comparison] = await comparisonsOf(tables);
  assert.equal(comparison?.kind, 'change');
  return (comparison as { change: CallChange }).change;
};

/** The tables of one call, its rows replaced by those that `older` gives. */
const stored = async (older: (tables: Tables) => void): Promise<Tables> => {
  const tables = await tablesOfEvents([eventTable(table)]);
  const [call] = tables.calls.final();
  const [recording] = tables.recordings.final();
  assert.ok(call !== undefined && recording !== undefined);
  tables.calls.clear();
  tables.recordings.clear();
  tables.calls.insert([{ ...call, version: call.version - epoch }]);
  tables.recordings.insert([{ ...recording, version: recording.version - epoch }]);
  older(tables);
  return tables;
};

suite('a comparison', () => {
  test('of what this assembler made finds nothing', async () => {
    for (const events of someCalls(createRandom(8), 30, false).calls)
      await isAssembledAlike(await tablesOfEvents([events]));
  });

  test('does not take an older version for a change', async () => {
    assert.deepEqual(await comparisonsOf(await stored(() => undefined)), [{ kind: 'same' }]);
  });

  test('names each field that the assembler makes otherwise, of recordings too', async () => {
    const change = await changeOf(
      await stored((tables) => {
        const [call] = tables.calls.final();
        const [recording] = tables.recordings.final();
        assert.ok(call !== undefined && recording !== undefined);
        tables.calls.insert([{ ...call, disposition: 'busy', answered_at: at(3), legs: [] }]);
        tables.recordings.insert([{ ...recording, direction: 'unknown' }]);
      }),
    );
    assert.deepEqual([change.reason, change.writable], ['assembler', true]);
    assert.deepEqual(
      change.changes.map(({ field }) => field),
      ['disposition', 'answered_at', 'legs', 'recording.direction'],
    );
    assert.deepEqual(change.changes[1], {
      field: 'answered_at',
      before: '2026-01-05T10:00:03.000000Z',
      after: '2026-01-05T10:00:02.000000Z',
    });
  });

  test('tells rows that lack events, and calls without a row, from those', async () => {
    const behind = await changeOf(
      await stored((tables) => {
        const [call] = tables.calls.final();
        assert.ok(call !== undefined);
        tables.calls.clear();
        tables.calls.insert([{ ...call, version: call.version - 1, disposition: 'busy' }]);
      }),
    );
    assert.equal(behind.reason, 'events');
    const missing = await changeOf(await stored((tables) => tables.calls.clear()));
    assert.deepEqual([missing.reason, missing.version_before, missing.changes], ['missing', null, []]);
  });

  test('lets a row hold that was made of more events', async () => {
    const tables = await stored(({ calls }) => {
      const [call] = calls.final();
      assert.ok(call !== undefined);
      calls.insert([{ ...call, version: call.version + epoch + 1, disposition: 'busy' }]);
    });
    assert.deepEqual(await comparisonsOf(tables), [{ kind: 'newer' }]);
  });

  test('refuses rows of a newer program', async () => {
    const tables = await stored(({ calls }) => {
      const [call] = calls.final();
      assert.ok(call !== undefined);
      calls.insert([{ ...call, version: call.version + 2 * epoch }]);
    });
    await assert.rejects(comparisonsOf(tables), { name: 'NewerEpochError', message: /epoch \d+, this one has \d+/ });
  });

  test('says where the same version would have two contents', async () => {
    const call = await changeOf(
      await stored(({ calls }) => {
        const [row] = calls.final();
        assert.ok(row !== undefined);
        calls.insert([{ ...row, version: row.version + epoch, disposition: 'busy' }]);
      }),
    );
    assert.equal(call.writable, false);
    const recording = await changeOf(
      await stored(({ recordings }) => {
        const [row] = recordings.final();
        assert.ok(row !== undefined);
        recordings.insert([{ ...row, version: row.version + epoch, direction: 'unknown' }]);
      }),
    );
    assert.equal(recording.writable, false);
    const cutShort = await changeOf(await stored(({ recordings }) => recordings.clear()));
    assert.deepEqual([cutShort.writable, cutShort.changes[0]?.field], [true, 'recording']);
  });
});

suite('linked calls', () => {
  const linked = eventTable(`
    0 leg.created a anchor=0 dir=in kind=trunk from=1 to=2
    1 leg.created d call=d anchor=1 dir=out kind=user to=3
    2 call.linked - anchor=0 from=d into=a
    2 call.linked - call=d anchor=1 from=d into=a
    9 leg.ended   a anchor=0
    9 leg.ended   d call=d anchor=1`);
  const place = (key: string, second: number) => identityOf({ tenant_id: 'acme', call_key: key }, at(second));
  const [first, second] = [place('a', 0), place('d', 1)];
  const made = async (page: readonly (typeof first)[], from: number, to: number): Promise<string[]> => {
    const stores = tableStores(await tablesOfEvents([linked]), async (effect) => effect());
    const range = { fromUs: at(from), toUs: at(to), tenantId: null };
    return (await assemblePage(page, range, stores, ownAssembler)).calls.map(
      ({ call_key, state }) => `${call_key} ${state}`,
    );
  };

  test('are made together, on the page of the first of them in the range', async () => {
    assert.deepEqual(await made([first, second], 0, 5), ['a ended', 'd merged']);
    assert.deepEqual(await made([first], 0, 5), ['a ended', 'd merged']);
    assert.deepEqual(await made([second], 0, 5), []);
  });

  test('outside the range are made with those inside', async () => {
    assert.deepEqual(await made([first], 0, 0.5), ['a ended', 'd merged']);
    assert.deepEqual(await made([second], 0.5, 5), ['a ended', 'd merged']);
  });
});

test('a summary counts calls by field, with examples', () => {
  const summary = newSummary();
  summary.calls = 9;
  const change = (call_id: string, reason: CallChange['reason'], ...fields: string[]): CallChange => ({
    tenant_id: 'acme',
    call_id,
    reason,
    version_before: 1,
    version_after: 2,
    writable: true,
    changes: fields.map((field) => ({ field, before: 'x', after: { of: 'y'.repeat(60) } })),
  });
  for (const number of [1, 2, 3, 4]) addChange(summary, change(`call_${number}`, 'assembler', 'disposition'));
  addChange(summary, change('call_5', 'assembler', 'talk_ms', 'disposition'));
  addChange(summary, change('call_6', 'events', 'talk_ms'));
  addChange(summary, change('call_7', 'missing'));
  summary.failures.push('call_8: no');
  assert.equal(toWrite(summary), 7);
  assert.equal(
    summaryText(summary),
    `9 calls compared, 5 are assembled otherwise
1 rows lack events that are stored: their processor may be about to write them
1 calls have events and no row
calls that cannot be assembled:
call_8: no

field        calls  for example  before  after
disposition  5      call_1       x       {"of":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
                    call_2       x       {"of":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
                    call_3       x       {"of":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
talk_ms      1      call_5       x       {"of":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…`,
  );
});
