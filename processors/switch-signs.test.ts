import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { SwitchSignRow } from '../schemas/rows.ts';
import { addSigns, nameOf, onlyNews, signsOf } from './switch-signs.ts';
import { at, eventTable } from './testing/event-table.ts';

suite('what events show of their switches’ life', () => {
  test('first and last by the switch’s clock and by ours, each boot and kind by itself', () => {
    const events = eventTable(`
      5.0 leg.created      a switch=pbx1 boot=one dir=in observed=8
      2.0 leg.ended        a switch=pbx1 boot=one observed=9
      6.0 switch.heartbeat - switch=pbx1 boot=one observed=7
      7.0 leg.created      b switch=pbx1 boot=two dir=in observed=7`);
    const of = (boot_id: string, kind: string, [first, last, seen, lastSeen]: readonly number[]) => ({
      tenant_id: 'acme',
      switch_id: 'pbx1',
      boot_id,
      kind,
      first_at: at(first as number),
      last_at: at(last as number),
      first_observed_at: at(seen as number),
      last_observed_at: at(lastSeen as number),
    });
    assert.deepEqual(signsOf(events), [
      of('one', 'call', [2, 5, 8, 9]),
      of('one', 'switch.heartbeat', [6, 6, 7, 7]),
      of('two', 'call', [7, 7, 7, 7]),
    ]);
  });

  test('what others than the switch tell of its calls shows nothing', () => {
    const events = eventTable(`
      1 recording.stored   a
      2 transcript.attached a
      3 cost.added         a
      4 call.anchored      -
      5 call.end_inferred  - last=${at(1)}`);
    assert.deepEqual(signsOf(events), []);
  });
});

test('writing only news keeps the table true to a second', async () => {
  const step = fc.record({ at: fc.nat(20_000_000), lag: fc.nat(5_000_000), boot: fc.constantFrom('one', 'two') });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      const table = new Map<string, SwitchSignRow>();
      const all = new Map<string, SwitchSignRow>();
      const put = (into: Map<string, SwitchSignRow>, rows: readonly SwitchSignRow[]): void => {
        for (const row of rows) {
          const known = into.get(nameOf(row));
          into.set(nameOf(row), known === undefined ? row : addSigns(known, row));
        }
      };
      const insert = onlyNews(async (rows) => put(table, rows));
      for (const { at: us, lag, boot } of steps) {
        const rows = signsOf(eventTable(`${us / 1e6} leg.created a boot=${boot} observed=${(us + lag) / 1e6} dir=in`));
        put(all, rows);
        await insert(rows);
      }
      assert.deepEqual([...table.keys()], [...all.keys()]);
      for (const [name, row] of all) {
        const kept = table.get(name) as SwitchSignRow;
        assert.equal(kept.first_at, row.first_at);
        assert.ok(row.last_at - kept.last_at < 1_000_000, 'last_at');
        assert.ok(row.last_observed_at - kept.last_observed_at < 1_000_000, 'last_observed_at');
      }
    }),
  );
});

test('signs that could not be written are news still', async () => {
  let fails = true;
  const written: SwitchSignRow[] = [];
  const insert = onlyNews(async (rows) => {
    if (fails) throw new Error('away');
    written.push(...rows);
  });
  const rows = signsOf(eventTable('1 leg.created a dir=in'));
  await assert.rejects(insert(rows));
  fails = false;
  await insert(rows);
  await insert(rows);
  assert.deepEqual(written, rows);
});
