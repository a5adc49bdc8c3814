import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { CallRow } from '../../schemas/call-row.ts';
import { callFound } from '../testing/memory-readers.ts';
import { callSummary } from './call-body.ts';
import { csvHead, csvRows } from './call-csv.ts';

type Cells = Readonly<Record<string, string>>;
const cells = (row: Cells, ...names: readonly string[]): (string | undefined)[] => names.map((name) => row[name]);

const read = (...calls: readonly Partial<CallRow>[]): Cells[] =>
  parse(csvHead() + csvRows(calls.map((call) => callFound(call))), { columns: true });

const only = (call: Partial<CallRow>): Cells => {
  const [row, ...more] = read(call);
  assert.deepEqual(more, []);
  return row as Cells;
};

describe('a call as a line of CSV', () => {
  test('has every field of the listing, those of objects and lists in one cell each', () => {
    const call = { caller_number: '+442079460123', answered_by_kind: 'user', answered_by_id: '101' } as const;
    const row = only({ ...call, quality: ['late', 'merged'] });
    const told = callSummary(callFound(call));
    assert.deepEqual(cells(row, 'id', 'call_uuid', 'started_at', 'duration_ms', 'has_recording'), [
      told.id,
      told.call_uuid,
      told.started_at,
      String(told.duration_ms),
      'false',
    ]);
    assert.deepEqual(cells(row, 'caller_number', 'answered_by_kind', 'answered_by_id', 'quality'), [
      '+442079460123',
      'user',
      '101',
      'late merged',
    ]);
    const isShown = (field: string): boolean =>
      Object.keys(row).some((name) => name === field || name.startsWith(`${field}_`));
    assert.deepEqual(
      Object.keys(told).filter((field) => !isShown(field)),
      [],
    );
  });

  test('leaves empty what is not known or withheld', () => {
    const row = only({
      ended_at: null,
      caller_presentation: 'restricted',
      caller_number: '1001',
      answered_by_kind: '',
    });
    assert.deepEqual(cells(row, 'ended_at', 'caller_number', 'sip_code', 'answered_by_kind'), ['', '', '', '']);
  });

  for (const [name, cell] of [
    ['=HYPERLINK("http://x","y")', `'=HYPERLINK("http://x","y")`],
    ['@SUM(1)', "'@SUM(1)"],
    ['-cmd|/c calc', "'-cmd|/c calc"],
    ['+49 30 1234', "'+49 30 1234"],
    ['+49301234', '+49301234'],
    ['-5', '-5'],
    ['a=b', 'a=b'],
    ['O"Neil, Ann; | x', 'O"Neil, Ann; | x'],
    ['two\nlines', 'two\nlines'],
    ['Grüße 😀', 'Grüße 😀'],
  ] as const) {
    test(`keeps ${JSON.stringify(name)}, and spreadsheets cannot run it`, () => {
      assert.deepEqual(cells(only({ caller_name: name }), 'caller_name'), [cell]);
    });
  }

  test('whatever a caller calls itself, the line has one cell a column and the rest stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }), (name, dialled) => {
        const row = only({ caller_name: name, dialled_number: dialled, ended_by: 'caller' });
        const [shownName, shownDialled, endedBy] = cells(row, 'caller_name', 'dialled_number', 'ended_by');
        assert.ok([name, `'${name}`].includes(shownName ?? ''), shownName);
        assert.ok([dialled, `'${dialled}`].includes(shownDialled ?? ''), shownDialled);
        assert.equal(endedBy, 'caller');
      }),
    );
  });
});
